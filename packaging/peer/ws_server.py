"""A WebSocket server for the demo and the live tests, on the protocol core of python3-websockets.

The core alone (bytes in, frames out) is used, not the library's own servers: so pings, pongs and
closes can be seen, odd behaviour can be scripted, and 10.4 (Debian 12) and 15 (Debian 13) look alike.

    server = Server(on_message=echo)            # its loop runs in a thread of its own
    server.start()                              # server.port is known now
    server.connections[-1].send("hello")        # from any thread
    server.stop()

What a Connection saw stands in its `seen`, a list of (kind, value): ("text", str), ("binary",
bytes), ("ping", bytes), ("pong", bytes), ("close", (code, reason)), ("end", None).
"""
import asyncio
import http
import threading

from websockets import frames
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

try:
    from websockets.server import ServerProtocol  # 11 and later
except ImportError:
    from websockets.server import ServerConnection as ServerProtocol

TEXT, BINARY, CONT = frames.Opcode.TEXT, frames.Opcode.BINARY, frames.Opcode.CONT
CLOSE, PING, PONG = frames.Opcode.CLOSE, frames.Opcode.PING, frames.Opcode.PONG


class Connection:
    """One client. Its public methods may be called from any thread."""

    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.protocol = ServerProtocol(
            extensions=[ServerPerMessageDeflateFactory()] if server.deflate else [],
            max_size=server.max_size)
        self.seen = []
        self.request = None
        self.certificate = writer.get_extra_info("peercert")  # what the client showed
        self.open = False
        self.kind, self.parts = None, []

    def send(self, data):
        self._soon(self.send_now, data)

    def ping(self, payload=b""):
        self._soon(self._act, self.protocol.send_ping, payload)

    def close(self, code=1000, reason=""):
        self._soon(self._act, self.protocol.send_close, code, reason)

    def drop(self):
        """Ends the TCP connection without a word."""
        self._soon(self.writer.transport.abort)

    def stall(self, stalled=True):
        """Stops reading, as a hung server does."""
        transport = self.writer.transport
        self._soon(transport.pause_reading if stalled else transport.resume_reading)

    def messages(self):
        return [value for kind, value in list(self.seen) if kind in ("text", "binary")]

    def closes(self):
        return [value for kind, value in list(self.seen) if kind == "close"]

    # ---- on the loop ----

    def send_now(self, data):
        if not self.open or self.writer.transport.is_closing():
            return
        if isinstance(data, str):
            self._act(self.protocol.send_text, data.encode())
        else:
            self._act(self.protocol.send_binary, bytes(data))

    def _soon(self, call, *arguments):
        self.server.loop.call_soon_threadsafe(call, *arguments)

    def _act(self, call, *arguments):
        if self.writer.transport.is_closing():
            return
        call(*arguments)
        self._flush()

    def _flush(self):
        for data in self.protocol.data_to_send():
            if data:
                self.writer.write(data)
            elif self.writer.can_write_eof():
                self.writer.write_eof()

    async def converse(self):
        try:
            while not self.reader.at_eof():
                data = await self.reader.read(65536)
                if data:
                    self.protocol.receive_data(data)
                else:
                    self.protocol.receive_eof()
                for event in self.protocol.events_received():
                    self._take(event)
                self._flush()
                await self.writer.drain()
                if self.protocol.close_expected() and not self.writer.can_write_eof():
                    break  # TLS has no half-close: the closing handshake is over, so is the stream
        except (OSError, EOFError):  # also: it went before it had asked
            pass
        finally:
            self.open = False
            self.seen.append(("end", None))
            self.server.tell("end", self, None)
            self.writer.close()

    def _take(self, event):
        if self.request is None:
            self._upgrade(event)
            return
        if event.opcode in (TEXT, BINARY):
            self.kind, self.parts = event.opcode, [event.data]
        elif event.opcode == CONT:
            self.parts.append(event.data)
        elif event.opcode == PING:
            return self._note("ping", bytes(event.data))
        elif event.opcode == PONG:
            return self._note("pong", bytes(event.data))
        elif event.opcode == CLOSE:
            close = frames.Close.parse(event.data)
            return self._note("close", (int(close.code), close.reason))
        if event.fin and event.opcode in (TEXT, BINARY, CONT):
            data = b"".join(self.parts)
            if self.kind == TEXT:
                self._note("text", data.decode())
            else:
                self._note("binary", data)
        return None

    def _upgrade(self, request):
        self.request = request
        refusal = self.server.refuse(self) if self.server.refuse else None
        if refusal:
            status, fields = refusal if isinstance(refusal, tuple) else (refusal, {})
            response = self.protocol.reject(http.HTTPStatus(status), f"refused with {status}\n")
            for name, value in fields.items():
                response.headers[name] = value
        else:
            offered = [one.strip() for line in request.headers.get_all("Sec-WebSocket-Protocol")
                       for one in line.split(",")]
            # The first one offered that is known; all are, unless the server was told otherwise.
            known = [one for one in offered if self.server.subprotocols in (None, [])
                     or one in self.server.subprotocols]
            if known and self.server.subprotocols != []:
                self.protocol.available_subprotocols = known[:1]
            response = self.protocol.accept(request)
        self.protocol.send_response(response)
        self.open = response.status_code == 101
        if self.open:
            self.server.connections.append(self)  # before the client knows
            self._flush()
            self.server.tell("open", self, None)

    def _note(self, kind, value):
        self.seen.append((kind, value))
        self.server.tell(kind, self, value)


class Server:
    """Listens on 127.0.0.1; `on_event(kind, connection, value)` runs on the server's loop.

    `refuse(connection)` returns nothing, a status, or (status, {field: value}).
    """

    def __init__(self, on_event=None, *, port=0, ssl=None, deflate=False, subprotocols=None,
                 refuse=None, max_size=64 << 20):
        self.on_event, self.ssl, self.deflate = on_event, ssl, deflate
        self.subprotocols, self.refuse, self.max_size = subprotocols, refuse, max_size
        self.port = port
        self.connections = []  # those that were ever opened, in order
        self.accepted = 0      # TCP connections
        self.loop = self._thread = self._server = None

    def start(self):
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        if not started.wait(10) or self._server is None:
            raise RuntimeError("the WebSocket server did not start")
        return self

    def stop(self):
        """Ends all connections without a word and frees the port; start() listens on it again."""
        if self._thread is not None:
            self.loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(10)
            self._thread = self._server = None

    def tell(self, kind, connection, value):
        if self.on_event:
            self.on_event(kind, connection, value)

    def _run(self, started):
        try:
            asyncio.run(self._serve(started))
        finally:
            started.set()

    async def _serve(self, started):
        self.loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        live = set()

        async def serve_one(reader, writer):
            self.accepted += 1
            connection = Connection(self, reader, writer)
            live.add(connection)
            await connection.converse()
            live.discard(connection)

        self._server = await asyncio.start_server(serve_one, "127.0.0.1", self.port, ssl=self.ssl,
                                                  limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        started.set()
        await self._stopping.wait()
        self._server.close()
        for connection in list(live):
            connection.writer.transport.abort()
        await asyncio.sleep(0)


def echo(kind, connection, value):
    """Every message goes back as it came; `Trigger async` is answered a moment later instead."""
    if kind == "text" and value == "Trigger async":
        connection.server.loop.call_later(0.05, connection.send_now, "Async data")
    elif kind in ("text", "binary"):
        connection.send_now(value)


def echo_and_hand_on(kind, connection, value):
    """The echo, which also tells the client in text messages which control frames it saw."""
    echo(kind, connection, value)
    if kind in ("ping", "pong"):
        connection.send_now(f"{kind} {value.hex()}")
