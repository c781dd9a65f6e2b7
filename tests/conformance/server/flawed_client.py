"""A client with a flaw of one's choice, on a plain socket: it shows that the server can fail one.

    FlawedClient(port, "echoes twice").run("1.1.2")

Without a flaw it passes every case but 6.4.*, for it looks at text when the message is complete.
"""
import base64
import os
import socket
import zlib

from frames import TEXT, masked

FLAWS = ("", "echoes unmasked", "echoes altered", "echoes cut", "echoes the other kind",
         "echoes twice", "echoes nothing", "answers no Ping",
         "answers Pings out of order", "answers Pings altered", "checks nothing", "checks no text",
         "drops", "is silent", "closes with 1011", "closes first", "sends behind the Close",
         "offers nothing", "offers no window", "compresses without agreement", "keeps its window",
         "looks back too far", "uses a reserved opcode", "begins but never ends")
DEADLINE = 30  # seconds, for every read
KNOWN = {0, 1, 2, 8, 9, 10}
CODES = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}


class Failed(Exception):
    """The server broke the protocol: `code` is what it is told."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class FlawedClient:
    def __init__(self, port, flaw=""):
        assert flaw in FLAWS, flaw
        self._port, self._flaw = port, flaw
        self._deflated, self._extension = False, {}
        self._pongs, self._inflater, self._deflater = [], None, None
        self._opcode, self._parts = None, []

    def run(self, case, agent="flawed"):
        """How the server ended the stream: "end", "reset", or "" if it was the client who did."""
        target = f"/runCase?casetuple={case}&agent={agent}"
        with socket.create_connection(("127.0.0.1", self._port), timeout=DEADLINE) as self._socket:
            self._upgrade(target)
            try:
                self._converse()
            except EOFError:
                return "end"
            except ConnectionError:
                return "reset"
            return ""

    def ask(self, target):
        """For the targets that answer with one message, or none."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=DEADLINE) as self._socket:
            self._upgrade(target)
            said = None
            while True:
                _, _, opcode, payload = self._frame()
                if opcode == 8:
                    return said
                said = payload

    # ---- the wire

    def _upgrade(self, target):
        offer = {"offers nothing": "", "offers no window": "permessage-deflate"}.get(
            self._flaw, "permessage-deflate; client_max_window_bits")
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}"]
        if offer:
            lines.append(f"Sec-WebSocket-Extensions: {offer}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._input = self._socket.makefile("rb")
        assert b" 101 " in self._input.readline()
        while (line := self._input.readline().strip()):
            name, _, value = line.decode().partition(":")
            if name.lower() == "sec-websocket-extensions":
                words = [word.strip().partition("=") for word in value.split(";")]
                self._deflated = True
                self._extension = {name: value for name, _, value in words}

    def _bytes(self, count):
        data = self._input.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def _frame(self):
        first, second = self._bytes(2)
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(self._bytes(2), "big")
        elif length == 127:
            length = int.from_bytes(self._bytes(8), "big")
        return bool(first & 0x80), first >> 4 & 7, first & 15, self._bytes(length)

    def _send(self, opcode, payload, rsv=0, fin=True):
        self._socket.sendall(self._encoded(opcode, payload, rsv, fin))

    def _encoded(self, opcode, payload, rsv=0, fin=True):
        key = os.urandom(4)
        head = bytes((fin << 7 | rsv << 4 | opcode,))
        mask = 0 if self._flaw == "echoes unmasked" else 0x80
        if len(payload) < 126:
            head += bytes((mask | len(payload),))
        elif len(payload) < 65536:
            head += bytes((mask | 126,)) + len(payload).to_bytes(2, "big")
        else:
            head += bytes((mask | 127,)) + len(payload).to_bytes(8, "big")
        return head + (key + masked(payload, key) if mask else payload)

    # ---- the conversation

    def _converse(self):
        if self._flaw == "closes first":
            self._close(b"\x03\xe8")
        while True:
            frame = self._frame()
            try:
                if not self._take(*frame):
                    return
            except Failed as failed:
                return self._fail(failed.code)

    def _fail(self, code):
        if self._flaw == "drops":
            return
        if self._flaw == "closes with 1011":
            code = 1011
        self._close(code.to_bytes(2, "big"))
        self._await_end()

    def _close(self, payload):
        more = self._flaw == "sends behind the Close"
        self._socket.sendall(self._encoded(8, payload)
                             + (self._encoded(TEXT, b"and another thing") if more else b""))

    def _await_end(self):
        while True:
            self._frame()

    def _take(self, fin, rsv, opcode, payload):
        """False: the conversation is over."""
        if self._flaw == "is silent":
            return True
        if self._flaw != "checks nothing":
            self._check(fin, rsv, opcode, payload)
        if opcode == 8:
            self._answer_close(payload)
            return False
        if opcode == 9:
            self._answer_ping(payload)
        elif opcode in (0, 1, 2):
            self._take_part(fin, rsv, opcode, payload)
        return True

    def _check(self, fin, rsv, opcode, payload):
        begins = opcode in (1, 2)
        if rsv != (rsv & 4 if begins and self._deflated else 0) or opcode not in KNOWN:
            raise Failed(1002)
        if opcode & 8 and (not fin or len(payload) > 125):
            raise Failed(1002)
        if not opcode & 8 and begins == (self._opcode is not None):
            raise Failed(1002)
        if opcode == 8 and payload:
            if len(payload) == 1 or int.from_bytes(payload[:2], "big") not in CODES:
                raise Failed(1002)
            _check_text(payload[2:])

    def _answer_close(self, payload):
        if self._flaw == "closes with 1011":
            payload = (1011).to_bytes(2, "big")
        if self._flaw == "drops":
            return
        self._close(payload)
        self._await_end()

    def _answer_ping(self, payload):
        if self._flaw == "answers no Ping":
            return
        if self._flaw == "answers Pings altered":
            payload = payload[:-1] + b"?"
        if self._flaw == "answers Pings out of order":
            self._pongs.append(payload)
            if len(self._pongs) == 2:
                for one in reversed(self._pongs):
                    self._send(10, one)
            return
        self._send(10, payload)

    def _take_part(self, fin, rsv, opcode, payload):
        if opcode or self._opcode is None:
            self._opcode, self._parts, self._squeezed = opcode or TEXT, [], bool(rsv & 4)
        self._parts.append(payload)
        if not fin:
            return
        kind, whole = self._opcode, b"".join(self._parts)
        self._opcode = None
        if self._squeezed and self._deflated:
            whole = self._inflate(whole)
        if kind == TEXT and self._flaw not in ("checks nothing", "checks no text"):
            _check_text(whole)
        self._echo(kind, whole)

    def _echo(self, kind, payload):
        flaw = self._flaw
        if flaw == "echoes nothing":
            return
        if flaw == "echoes altered":
            payload = bytes((payload[0] ^ 1,)) + payload[1:] if payload else b"!"
        if flaw == "echoes cut":
            payload = payload[:-1]
        if flaw == "echoes the other kind":
            kind = 3 - kind
        if flaw == "uses a reserved opcode":
            kind = 3
        for _ in range(2 if flaw == "echoes twice" else 1):
            if self._deflated or flaw == "compresses without agreement":
                self._send(kind, self._deflate(payload), rsv=4)
            elif flaw == "begins but never ends":
                self._send(kind, payload, fin=False)
            else:
                self._send(kind, payload)

    # ---- permessage-deflate

    def _inflate(self, payload):
        self._inflater = self._inflater or zlib.decompressobj(wbits=-15)
        return self._inflater.decompress(payload + b"\0\0\xff\xff")

    def _deflate(self, payload):
        bits = int(self._extension.get("client_max_window_bits") or 15)
        fresh = "client_no_context_takeover" in self._extension
        if self._flaw == "looks back too far":
            bits = 15
        if self._deflater is None or (fresh and self._flaw != "keeps its window"):
            self._deflater = zlib.compressobj(wbits=-bits)
        data = self._deflater.compress(payload) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
        return data[:-4]


def _check_text(payload):
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise Failed(1007) from None
