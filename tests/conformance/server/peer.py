"""One client, from the server's end of the wire. It writes what it is told to, answers Pings,
keeps the closing handshake, and notes everything that the client does.

`seen` is the story in order: ("text", bytes), ("binary", bytes), ("pong", bytes), what a script
notes there itself, and ("violation", str), after which the connection is failed.
"""
import asyncio
import socket
import struct

import upgrade
from frames import (CLOSE, PONG, Frame, FrameReader, MessageReader, Violation, close_code,
                    close_payload)

HANDSHAKE_SECONDS, REPLY_SECONDS = 5, 1
MOST_HEAD = 16384


class Peer(asyncio.Protocol):
    """`on_request(peer)` is called once, when a sound request has come; it calls accept() or
    refuse(). `patience` stretches the limits on a machine that is slow."""

    def __init__(self, on_request, patience=1):
        self._on_request, self._patience = on_request, patience
        self.request = self.deflate = self.transport = None
        self.opened = False     # the upgrade is done
        self.seen = []
        self.first = None       # whose Close went first: "server" or "client"
        self.client_close = []  # the code in the client's Close (None: it was empty), once it came
        self.ended = False      # the TCP connection is gone
        self._head, self._frames, self._messages = bytearray(), FrameReader(), MessageReader()
        self._timer, self._news = None, asyncio.Event()

    @property
    def compressed(self):
        return self._messages.compressed

    def is_over(self):
        """Nothing more will come."""
        return self.ended or bool(self.client_close)

    # ---- what the script wants

    def accept(self, deflate=None, extensions=""):
        self._timer.cancel()
        self.deflate, self._messages = deflate, MessageReader(deflate)
        self.transport.write(upgrade.answer(self.request, extensions))
        self.opened = True

    def refuse(self, status, why):
        self.transport.write(upgrade.refusal(status, why))
        self._end()

    async def send(self, frames, sync=False, chop=0):
        """All in one write; with `sync` each in its own; with `chop` that many bytes at a time."""
        encoded = [frame.encoded() for frame in frames]
        await self.write(encoded if sync else [b"".join(encoded)], chop)

    async def write(self, pieces, chop=0):
        for piece in pieces:
            step = chop or len(piece)
            for at in range(0, len(piece), step):
                if self.ended:
                    return
                self.transport.write(piece[at:at + step])
                await asyncio.sleep(0)  # so that pieces leave one by one, and answers come in

    def close(self, payload):
        """Begins the closing handshake, if nobody has."""
        if self.first is None and not self.ended:
            self.first = "server"
            self.transport.write(Frame(CLOSE, payload).encoded())
            self._limit(REPLY_SECONDS)

    async def until(self, condition):
        while not condition():
            self._news.clear()
            await self._news.wait()

    def abort(self):
        """Ends TCP with a reset; over TLS without a close_notify."""
        if not self.ended:
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()

    # ---- what the client does

    def connection_made(self, transport):
        self.transport = transport
        self._limit(HANDSHAKE_SECONDS)

    def connection_lost(self, _):
        self.ended = True
        self._timer.cancel()
        self._news.set()

    def data_received(self, data):
        if self.request is None:
            data = self._take_head(data)
        if self.opened and data and not self.is_over():
            try:
                self._take(data)
            except Violation as violation:
                self._fail(str(violation))
        self._news.set()

    def _take_head(self, data):
        """What is left of the data behind the request."""
        self._head += data
        head, end, rest = bytes(self._head).partition(upgrade.HEAD_END)
        if not end:
            if len(head) > MOST_HEAD:
                self.refuse("431 Request Header Fields Too Large", "too long a head")
            return b""
        try:
            self.request = upgrade.parse_request(head)
            upgrade.check(self.request)
        except upgrade.BadRequest as why:
            self.refuse("400 Bad Request", why)
            return b""
        self._on_request(self)
        return rest

    def _take(self, data):
        self._frames.feed(data)
        while (frame := self._frames.next()) is not None:
            item = self._messages.take(frame)
            if item is None:
                continue
            kind, payload = item
            if kind == "close":
                return self._take_close(close_code(payload))
            if kind == "ping":
                self.transport.write(Frame(PONG, payload).encoded())
            else:
                self.seen.append(item)
        return None

    def _take_close(self, code):
        self.client_close.append(code)
        if self._frames.has_more():  # §5.5.1: a Close is the last frame
            raise Violation("bytes behind the Close")
        if self.first == "server":
            self.abort()
        else:
            self.first = "client"
            self.transport.write(Frame(CLOSE, close_payload(1000)).encoded())
            self._end()

    def _fail(self, why):
        self.seen.append(("violation", why))
        if self.first is None:
            self.first = "server"
            self.transport.write(Frame(CLOSE, close_payload(1002)).encoded())
        self._end()

    def _end(self):
        """An orderly end; a client that does not let it happen is cut off."""
        self.transport.close()
        self._limit(REPLY_SECONDS)

    def _limit(self, seconds):
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds * self._patience, self.abort)
