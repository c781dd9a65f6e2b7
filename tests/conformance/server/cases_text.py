"""Family 6: text is UTF-8, and is known not to be as early as the octets tell."""
from frames import CONTINUATION, TEXT, Frame, in_fragments
from script import INVALID_TEXT, NORMAL, Case, Octets, Pause, Send

GREEK = bytes.fromhex("cebae1bdb9cf83cebcceb5")  # letters of 2, 3, 2, 2 and 2 octets
PLAIN = "Flüsse, Sümpfe, Äcker – über alles weht der Wind".encode()
SURROGATE = GREEK + bytes.fromhex("eda080") + b"tail"
BEYOND = bytes.fromhex("f4908080")  # past U+10FFFF, which the second octet tells


def _by_octet(payload):
    """In fragments of one octet; an empty one ends the message."""
    return in_fragments(TEXT, payload, 1)


def _valid(name, title, payload, frames=None):
    return Case(name, title, [Send(frames or [Frame(TEXT, payload)])], [("text", payload)])


def _invalid(name, title, frames):
    return Case(name, title, [Send(frames)], ending=INVALID_TEXT)


def _fragmented():
    yield _valid("6.1.1", "an empty message", b"")
    yield _valid("6.1.2", "three empty fragments", b"",
                 [Frame(TEXT, b"", False), Frame(CONTINUATION, b"", False), Frame(CONTINUATION)])
    yield _valid("6.1.3", "fragments: empty, not empty, empty", b"middle",
                 [Frame(TEXT, b"", False), Frame(CONTINUATION, b"middle", False),
                  Frame(CONTINUATION)])
    cut = PLAIN.index("ü".encode()) + 2
    yield _valid("6.2.1", "characters of two octets", PLAIN)
    yield _valid("6.2.2", "cut between characters", PLAIN,
                 [Frame(TEXT, PLAIN[:cut], False), Frame(CONTINUATION, PLAIN[cut:])])
    yield _valid("6.2.3", "fragments of one octet", PLAIN, _by_octet(PLAIN))
    yield _valid("6.2.4", "a Greek word in fragments of one octet", GREEK, _by_octet(GREEK))
    yield _invalid("6.3.1", "a surrogate", [Frame(TEXT, SURROGATE)])
    yield _invalid("6.3.2", "a surrogate, in fragments of one octet", _by_octet(SURROGATE))


def _fail_fast():
    whole = GREEK + BEYOND + b"tail"
    a, b = ("pause", "before the bad octets"), ("pause", "before the end")
    for number, cuts in ((1, (len(GREEK), len(GREEK) + 4)), (2, (len(GREEK) + 1, len(GREEK) + 2))):
        one, two, three = whole[:cuts[0]], whole[cuts[0]:cuts[1]], whole[cuts[1]:]
        frame, head = Frame(TEXT, whole).encoded(), len(Frame(TEXT, whole).encoded()) - len(whole)
        first, second = head + cuts[0], head + cuts[1]
        ways = {f"6.4.{number}": ("three frames", [
                    Send([Frame(TEXT, one, False)]), Send([Frame(CONTINUATION, two, False)]),
                    Send([Frame(CONTINUATION, three)])]),
                f"6.4.{number + 2}": ("one frame in three pieces", [
                    Octets(frame[:first]), Octets(frame[first:second]), Octets(frame[second:])])}
        for name, (what, (start, bad, rest)) in ways.items():
            yield Case(name, f"told by the second of {what} not to be UTF-8",
                       [start, Pause(1, a[1]), bad, Pause(1, b[1]), rest], [a], non_strict=[a, b],
                       ending=INVALID_TEXT)


def _sequences():
    """(group, title, valid or not, payloads in hexadecimal)"""
    lacking = "c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf"
    runs = [(0xC0, 0xDE), (0xE0, 0xEE), (0xF0, 0xF6), (0xF8, 0xFA), (0xFC, 0xFC)]
    starts = " ".join("".join(f"{octet:02x}20" for octet in range(first, last + 1))
                      for first, last in runs)
    tails = " ".join(("80bf" * 3)[:2 * length] for length in range(2, 7))
    run = bytes(range(0x80, 0xBF)).hex()
    pairs = " ".join(high + low for high in ("eda080", "edadbf", "edae80", "edafbf")
                     for low in ("edb080", "edbfbf"))
    planes = " ".join(chr(plane << 16 | last).encode().hex() for plane in range(17)
                      for last in (0xFFFE, 0xFFFF))
    specials = " ".join(chr(point).encode().hex() for point in range(0xFFF9, 0x10000))
    return [
        (7, "lowest code point of a length", True, "00 c280 e0a080 f0908080"),
        (8, "lowest five- and six-octet forms", False, "f888808080 fc8480808080"),
        (9, "highest code point of a length", True, "7f dfbf efbfbf f48fbfbf"),
        (10, "highest forms past Unicode", False, "f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf"),
        (11, "at a boundary", True, "ed9fbf ee8080 efbfbd f48fbfbf"),
        (12, "continuation octets alone", False, f"80 bf {tails} {run}"),
        (13, "start octets alone", False, starts),
        (14, "the last octet is missing", False, lacking),
        (15, "the last octets are missing", False, lacking.replace(" ", "")),
        (16, "octets that never stand", False, "fe ff fefeffff"),
        (17, "an overlong slash", False, "c0af e080af f08080af f8808080af fc80808080af"),
        (18, "highest overlong form", False, "c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf"),
        (19, "an overlong NUL", False, "c080 e08080 f0808080 f880808080 fc8080808080"),
        (20, "a surrogate", False, "eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf"),
        (21, "a pair of surrogates", False, pairs),
        (22, "a non-character", True, planes),
        (23, "a special", True, specials)]


def _one_frame():
    words = ["$", "¢", "€", "\U00024B62"]
    plain = [b"costs 5 " + word.encode() + b" more" for word in words] + [GREEK]
    rows = [(f"6.5.{number}", "valid text", True, payload)
            for number, payload in enumerate(plain, 1)]
    rows += [(f"6.6.{length}", f"{length} octets of a Greek word", length in (2, 5, 7, 9, 11),
              GREEK[:length]) for length in range(1, 12)]
    for group, title, valid, payloads in _sequences():
        rows += [(f"6.{group}.{number}", title, valid, bytes.fromhex(payload))
                 for number, payload in enumerate(payloads.split(), 1)]
    rows.append(("6.11.5", "past the last code point", False, BEYOND))
    for name, title, valid, payload in rows:
        yield Case(name, title, [Send([Frame(TEXT, payload)])], [("text", payload)] * valid,
                   ending=NORMAL if valid else INVALID_TEXT, limit=0.5)


CASES = [*_fragmented(), *_fail_fast(), *_one_frame()]
