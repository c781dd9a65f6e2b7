"""permessage-deflate (RFC 7692), the server's side: what it demands, what comes out of the client's
offers, and the two machines."""
import dataclasses
import zlib

from frames import Violation

TAIL = b"\x00\x00\xff\xff"  # §7.2.1: cut off by the sender, put back by the receiver


@dataclasses.dataclass(frozen=True)
class Demand:
    """What the server's answer asks of the client."""
    no_context_takeover: bool = False
    window_bits: int | None = None


@dataclasses.dataclass(frozen=True)
class Agreement:
    client_no_context_takeover: bool = False
    client_max_window_bits: int | None = None
    server_no_context_takeover: bool = False
    server_max_window_bits: int | None = None

    def text(self):
        """The value of Sec-WebSocket-Extensions in the answer."""
        words = ["permessage-deflate"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value not in (False, None):
                words.append(field.name if value is True else f"{field.name}={value}")
        return "; ".join(words)


def offers_in(header):
    """The sound permessage-deflate offers, in order, each as {parameter: value or True}."""
    sound = []
    for text in header.split(","):
        name, *words = [word.strip() for word in text.split(";")]
        if name != "permessage-deflate":
            continue
        offer = _parameters(words)
        if offer is not None:
            sound.append(offer)
    return sound


def _parameters(words):
    """None if the offer must be declined (§7.1): unknown, repeated or out of range."""
    offer = {}
    for word in words:
        name, _, value = (part.strip() for part in word.partition("="))
        if name in offer:
            return None
        if name in ("server_no_context_takeover", "client_no_context_takeover"):
            if value:
                return None
            offer[name] = True
        elif name == "client_max_window_bits" and not value:
            offer[name] = 15
        elif name in ("server_max_window_bits", "client_max_window_bits"):
            value = value.removeprefix('"').removesuffix('"')
            if value not in map(str, range(8, 16)):
                return None
            offer[name] = int(value)
        else:
            return None
    return None if offer.get("server_max_window_bits") == 8 else offer  # zlib cannot


def agree(offers, demands):
    """The first demand that some offer permits, or None. What an offer asks of us is granted."""
    for demand in demands:
        for offer in offers:
            allowed = offer.get("client_max_window_bits")
            if demand.window_bits and not allowed:
                continue
            return Agreement(
                demand.no_context_takeover,
                min(demand.window_bits, allowed) if demand.window_bits else None,
                offer.get("server_no_context_takeover", False),
                offer.get("server_max_window_bits"))
    return None


class Deflate:
    """Both directions of one connection."""

    def __init__(self, agreement):
        self._agreement = agreement
        self._deflater = self._inflater = None

    def compress(self, payload):
        if self._deflater is None or self._agreement.server_no_context_takeover:
            self._deflater = zlib.compressobj(
                wbits=-(self._agreement.server_max_window_bits or 15))
        data = self._deflater.compress(payload) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
        return data.removesuffix(TAIL)

    def decompress(self, payload):
        """With the agreed window and no more: a client that looks back further is found out."""
        if self._inflater is None or self._agreement.client_no_context_takeover:
            self._renew()
        plain, rest = [], payload + TAIL
        try:
            while rest:
                plain.append(self._inflater.decompress(rest))
                rest = self._inflater.unused_data
                if self._inflater.eof:  # a final block (§7.2.3.4)
                    self._renew()
        except zlib.error as error:
            raise Violation(f"a message that cannot be decompressed: {error}") from None
        return b"".join(plain)

    def _renew(self):
        self._inflater = zlib.decompressobj(wbits=-(self._agreement.client_max_window_bits or 15))
