"""Families 1 (whole messages), 3 and 4 (reserved bits and opcodes) and 5 (fragments)."""
from frames import BINARY, CONTINUATION, PING, PONG, TEXT, Frame
from script import PROTOCOL_ERROR, Case, Pause, Send, raw_close

WORDS = b"a payload of 23 octets!"
GOOD = Frame(TEXT, b"nothing wrong with this one")
ECHO = [("text", GOOD.payload)]
PROBE = Frame(PING)  # behind the bad frame: nobody may answer it


def _whole():
    lengths = [0, 125, 126, 127, 128, 65535, 65536, 65536]
    for part, kind, opcode, octet in ((1, "text", TEXT, b"*"), (2, "binary", BINARY, b"\xFE")):
        for number, length in enumerate(lengths, 1):
            payload = octet * length
            yield Case(f"1.{part}.{number}", f"one {kind} frame of {length} octets",
                       [Send([Frame(opcode, payload)], chop=997 if number == 8 else 0)],
                       [(kind, payload)], limit=1 if number < 6 else 10)


def _bad(name, title, frame, **how):
    """Alone, or behind a good message and before a Ping, if the case says how."""
    if how.pop("alone", False):
        return Case(name, title, [Send([frame])], ending=PROTOCOL_ERROR)
    return Case(name, f"{title}, behind a good message", [Send([GOOD, frame, PROBE], **how)], ECHO,
                non_strict=[], ending=PROTOCOL_ERROR)


def _reserved_bits():
    yield _bad("3.1", "text, RSV3", Frame(TEXT, WORDS, rsv=1), alone=True)
    yield _bad("3.2", "text, RSV2", Frame(TEXT, WORDS, rsv=2))
    yield _bad("3.3", "text, RSV2 and RSV3", Frame(TEXT, WORDS, rsv=3), sync=True)
    yield _bad("3.4", "text, RSV1", Frame(TEXT, WORDS, rsv=4), chop=1)
    yield _bad("3.5", "binary, RSV1 and RSV3", Frame(BINARY, WORDS, rsv=5), alone=True)
    yield _bad("3.6", "binary, RSV1 and RSV2", Frame(BINARY, WORDS, rsv=6), alone=True)
    yield _bad("3.7", "Close, all reserved bits", raw_close(rsv=7), alone=True)


def _reserved_opcodes():
    for part, low in ((1, 3), (2, 11)):
        yield _bad(f"4.{part}.1", f"opcode {low}, empty", Frame(low), alone=True)
        yield _bad(f"4.{part}.2", f"opcode {low + 1}", Frame(low + 1, WORDS), alone=True)
        yield _bad(f"4.{part}.3", f"opcode {low + 2}, empty", Frame(low + 2))
        yield _bad(f"4.{part}.4", f"opcode {low + 3}", Frame(low + 3, WORDS))
        yield _bad(f"4.{part}.5", f"opcode {low + 4}", Frame(low + 4, WORDS), chop=1)


WAYS = [("in one go", {}), ("sync", {"sync": True}), ("octet by octet", {"chop": 1})]
FIRST, LAST = Frame(TEXT, b"one half, ", fin=False), Frame(CONTINUATION, b"the other half")
JOINED = [("text", FIRST.payload + LAST.payload)]
ASK = Frame(PING, b"are you there?")


def _continuation(payload, fin):
    return Frame(CONTINUATION, payload, fin)


def _fragments():
    for number, opcode in ((1, PING), (2, PONG)):
        yield Case(f"5.{number}", "a control frame in fragments",
                   [Send([Frame(opcode, b"part", fin=False), LAST])], ending=PROTOCOL_ERROR)
    for number, (way, how) in enumerate(WAYS):
        yield Case(f"5.{3 + number}", f"two fragments, {way}", [Send([FIRST, LAST], **how)], JOINED)
        yield Case(f"5.{6 + number}", f"a Ping between two fragments, {way}",
                   [Send([FIRST, ASK, LAST], **how)], [("pong", ASK.payload), *JOINED])
        yield Case(f"5.{9 + number}", f"a continuation of nothing, FIN, {way}",
                   [Send([LAST, GOOD], **how)], ending=PROTOCOL_ERROR)
        yield Case(f"5.{12 + number}", f"a continuation of nothing, no FIN, {way}",
                   [Send([_continuation(b"of nothing", False), GOOD], **how)],
                   ending=PROTOCOL_ERROR)
    yield Case("5.15", "a continuation of nothing behind a whole message",
               [Send([FIRST, LAST, _continuation(b"of nothing", False), GOOD])], JOINED,
               non_strict=[], ending=PROTOCOL_ERROR)
    for number, fin in ((16, False), (17, True)):
        yield Case(f"5.{number}", "twice: a continuation of nothing, then a message",
                   [Send([_continuation(b"of nothing", fin), FIRST, LAST] * 2)],
                   ending=PROTOCOL_ERROR)
    yield Case("5.18", "a message inside another", [Send([FIRST, GOOD])], ending=PROTOCOL_ERROR)
    for number, sync in ((19, False), (20, True)):
        yield _pause_between(f"5.{number}", sync)


def _pause_between(name, sync):
    """The first Pong must not wait for the rest of the message, which takes its time."""
    parts = [b"fragment %d " % number for number in range(1, 6)]
    before = [Frame(TEXT, parts[0], fin=False), _continuation(parts[1], False), Frame(PING, b"1")]
    behind = [_continuation(parts[2], False), _continuation(parts[3], False), Frame(PING, b"2"),
              _continuation(parts[4], True)]
    return Case(name, "five fragments and two Pings with a pause",
                [Send(before, sync), Pause(1, "between"), Send(behind, sync)],
                [("pong", b"1"), ("pause", "between"), ("pong", b"2"), ("text", b"".join(parts))])


CASES = [*_whole(), *_reserved_bits(), *_reserved_opcodes(), *_fragments()]
