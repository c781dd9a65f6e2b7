"""Families 2 (pings and pongs) and 7 (the closing handshake, begun by the server)."""
from frames import CONTINUATION, PING, PONG, TEXT, Frame, close_payload
from script import PROTOCOL_ERROR, Case, Close, Send, ending, raw_close

FULL = bytes(range(125))
MANY = [b"ping %d" % number for number in range(10)]
DONE = Close(close_payload(1000))


def _pings():
    for number, payload in enumerate([b"", b"thirteen here", bytes.fromhex("00fffefdfcfb00ff"),
                                      FULL], 1):
        yield Case(f"2.{number}", f"a Ping of {len(payload)} octets",
                   [Send([Frame(PING, payload)])], [("pong", payload)])
    yield Case("2.5", "a Ping of 126 octets", [Send([Frame(PING, FULL + b"!")])],
               ending=PROTOCOL_ERROR)
    yield Case("2.6", "a Ping of 125 octets, octet by octet", [Send([Frame(PING, FULL)], chop=1)],
               [("pong", FULL)], limit=2)
    for number, payload in ((7, b""), (8, b"nobody asked")):
        yield Case(f"2.{number}", f"a Pong of {len(payload)} octets that nobody asked for",
                   [Send([Frame(PONG, payload)]), DONE])
    yield Case("2.9", "a Pong that nobody asked for, then a Ping",
               [Send([Frame(PONG, b"nobody asked"), Frame(PING, b"but now")])],
               [("pong", b"but now")])
    for number, chop in ((10, 0), (11, 1)):
        yield Case(f"2.{number}", "ten Pings back to back" + ", octet by octet" * chop,
                   [Send([Frame(PING, payload) for payload in MANY], chop=chop)],
                   [("pong", payload) for payload in MANY], limit=3)


ORDERLY = ending("server", 1000, None, fatal=True)
REFUSED = ending("server", 1002, fatal=True)
VALID_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
INVALID_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]


def _second_thoughts():
    text = Frame(TEXT, b"hello there")
    yield Case("7.1.1", "a message, then Close", [Send([text])], [("text", text.payload)])
    for number, what, frame in ((2, "a second Close", raw_close()), (3, "a Ping", Frame(PING)),
                                (4, "a message", text)):
        yield Case(f"7.1.{number}", f"Close, then {what}", [DONE, Send([frame])], ending=ORDERLY)
    yield Case("7.1.5", "a Close inside a message",
               [Send([Frame(TEXT, b"first", fin=False)]), DONE,
                Send([Frame(CONTINUATION, b"last")])], ending=ORDERLY)
    yield Case("7.1.6", "256 KiB, a short message, Close and a Ping at once",
               [Send([Frame(TEXT, b"*" * (1 << 18)), text]), DONE, Send([Frame(PING)])],
               ending=ORDERLY, informational=True)


def _closes():
    yield Case("7.3.1", "Close, empty", [Close()], ending=ORDERLY)
    yield Case("7.3.2", "Close, one octet", [Close(b"a")], ending=REFUSED)
    for number, reason in ((3, b""), (4, b"all good things end"), (5, b"*" * 123)):
        yield Case(f"7.3.{number}", f"Close with a reason of {len(reason)} octets",
                   [Close(close_payload(1000, reason))], ending=ORDERLY)
    yield Case("7.3.6", "Close with a reason of 124 octets",
               [Close(close_payload(1000, b"*" * 124))], ending=REFUSED)
    yield Case("7.5.1", "Close with a reason that is not UTF-8",
               [Close(close_payload(1000, b"caf\xC3 \xED\xA0\x80"))],
               ending=ending("server", 1002, 1007, fatal=True))
    for number, code in enumerate(VALID_CODES, 1):
        yield Case(f"7.7.{number}", f"Close with code {code}", [Close(close_payload(code))],
                   ending=ending("server", 1000, code, None, fatal=True))
    for number, code in enumerate(INVALID_CODES, 1):
        yield Case(f"7.9.{number}", f"Close with code {code}, which must not be sent",
                   [Close(close_payload(code))], ending=REFUSED)
    for number, code in enumerate((5000, 65535), 1):
        yield Case(f"7.13.{number}", f"Close with code {code}, which means nothing",
                   [Close(close_payload(code))], informational=True)


CASES = [*_pings(), *_second_thoughts(), *_closes()]
