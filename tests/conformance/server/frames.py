"""Frames (RFC 6455 §5.2): what a server writes, as broken as a case wants it, and what a client
wrote, judged strictly."""
import dataclasses

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KIND = {TEXT: "text", BINARY: "binary"}
OPCODE = {kind: opcode for opcode, kind in KIND.items()}
RSV1 = 4

# What may stand on the wire (§7.4.1 and IANA's registry; 1014 came later and is tested nowhere).
CLIENT_CODES = {*range(1000, 1004), *range(1007, 1014), *range(3000, 5000)}


class Violation(Exception):
    """The client broke the protocol; the text says how."""


@dataclasses.dataclass(frozen=True)
class Frame:
    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0  # 4: RSV1, 2: RSV2, 1: RSV3

    def encoded(self):
        """Unmasked, as a server writes. Nothing is checked: breaking rules is the purpose."""
        return _head(self, len(self.payload)) + self.payload


def _head(frame, length):
    first = frame.fin << 7 | frame.rsv << 4 | frame.opcode
    if length < 126:
        return bytes((first, length))
    if length < 65536:
        return bytes((first, 126)) + length.to_bytes(2, "big")
    return bytes((first, 127)) + length.to_bytes(8, "big")


def in_fragments(opcode, payload, size=0, rsv=0):
    """A message cut after every `size` bytes; 0: not at all. Where the size divides the length, an
    empty frame ends the message."""
    if not size or len(payload) <= size:
        return [Frame(opcode, payload, True, rsv)]
    cuts = range(0, len(payload) + 1, size)
    return [Frame(CONTINUATION if at else opcode, payload[at:at + size], at == cuts[-1],
                  0 if at else rsv) for at in cuts]


def close_payload(code, reason=b""):
    return code.to_bytes(2, "big") + reason


def close_code(payload):
    """The code in a client's Close, None if it is empty."""
    if not payload:
        return None
    if len(payload) == 1:
        raise Violation("Close with a payload of one byte")
    code = int.from_bytes(payload[:2], "big")
    if code not in CLIENT_CODES:
        raise Violation(f"Close with code {code}")
    _check_utf8(payload[2:], "the reason of a Close")
    return code


def masked(payload, key):
    """Masks and unmasks (§5.3), all bytes in one long number."""
    length = len(payload)
    keys = int.from_bytes((key * (length // 4 + 1))[:length], "little")
    return (int.from_bytes(payload, "little") ^ keys).to_bytes(length, "little")


class FrameReader:
    """Bytes of the client, in any pieces, to frames."""

    def __init__(self):
        self._bytes = bytearray()

    def feed(self, data):
        self._bytes += data

    def has_more(self):
        return bool(self._bytes)

    def next(self):
        """A frame, or None until more bytes have come."""
        data = self._bytes
        if len(data) < 2:
            return None
        if not data[1] & 0x80:
            raise Violation("a frame without a mask")
        length, at = data[1] & 0x7F, 2
        if length > 125:
            size = 2 if length == 126 else 8
            if len(data) < at + size:
                return None
            length, at = int.from_bytes(data[at:at + size], "big"), at + size
            if length < (126 if size == 2 else 65536) or length >= 1 << 63:
                raise Violation(f"a length of {length} in {size} bytes")
        if len(data) < at + 4 + length:
            return None
        end = at + 4 + length
        payload = masked(bytes(data[at + 4:end]), bytes(data[at:at + 4]))
        frame = Frame(data[0] & 0x0F, payload, bool(data[0] & 0x80), data[0] >> 4 & 7)
        del data[:end]
        return frame


class MessageReader:
    """Frames of the client to what they mean: (kind, payload), with the kinds text, binary, ping,
    pong and close; None while a message is incomplete."""

    def __init__(self, deflate=None):
        self.compressed = 0  # messages that came so
        self._deflate, self._opcode, self._parts, self._squeezed = deflate, None, [], False

    def take(self, frame):
        if frame.opcode & 8:
            return self._control(frame)
        if frame.opcode not in (CONTINUATION, TEXT, BINARY):
            raise Violation(f"opcode {frame.opcode}")
        begins = frame.opcode != CONTINUATION
        if begins == (self._opcode is not None):
            raise Violation("a new message inside another" if begins else
                            "a continuation of nothing")
        if frame.rsv != (frame.rsv & RSV1 if begins and self._deflate else 0):
            raise Violation(f"reserved bits {frame.rsv}")
        if begins:
            self._opcode, self._squeezed = frame.opcode, bool(frame.rsv)
        self._parts.append(frame.payload)
        return self._message() if frame.fin else None

    @staticmethod
    def _control(frame):
        names = {CLOSE: "close", PING: "ping", PONG: "pong"}
        if frame.opcode not in names:
            raise Violation(f"opcode {frame.opcode}")
        if not frame.fin or frame.rsv or len(frame.payload) > 125:
            raise Violation(f"a {names[frame.opcode]} frame in fragments, with reserved bits or "
                            "too long")
        return names[frame.opcode], frame.payload

    def _message(self):
        kind, payload = KIND[self._opcode], b"".join(self._parts)
        self._opcode, self._parts = None, []
        if self._squeezed:
            self.compressed += 1
            payload = self._deflate.decompress(payload)
        if kind == "text":
            _check_utf8(payload, "a text message")
        return kind, payload


def _check_utf8(payload, what):
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        raise Violation(f"{what} is not UTF-8: {error.reason} at {error.start}") from None
