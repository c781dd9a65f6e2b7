"""Messages received in frames and chunks: publications that say where they belong."""
import subprocess
import threading

import pytest

from support.processes import end, spawn, wait_for


class Parts:
    """What stands on a recv topic, with its MQTT 5 user properties, in order."""

    def __init__(self, broker, topic):
        self.seen, self._marks = [], 0
        self.process = spawn(
            ["mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", broker.port, "-q", "1",
             "-F", "%t|%P|%x", "-t", topic, "-t", "parts/mark"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

        def marked():
            broker.publish("parts/mark", qos=0)
            return self._marks
        wait_for(marked, "it is subscribed")

    def _read(self):
        for line in self.process.stdout:
            topic, properties, payload = line.decode().rstrip("\n").split("|")
            if topic == "parts/mark":
                self._marks += 1
                continue
            places = dict(one.split(":") for one in properties.split())
            self.seen.append(({name.removeprefix("ws-"): int(value)
                               for name, value in places.items()}, bytes.fromhex(payload)))

    def payload(self):
        return b"".join(payload for _, payload in list(self.seen))

    def stop(self):
        end(self.process)
        self._reader.join(15)
        self.process.stdout.close()


@pytest.fixture
def parts(world):
    parts = Parts(world.broker, "wsrelay/big/recv")
    yield parts
    parts.stop()


def connect(world, server, **settings):
    world.daemon(world.config({"big": {"url": f"ws://127.0.0.1:{server.port}/", **settings}}))
    world.ready("big")
    return server.connections[0]


@pytest.mark.quick
@pytest.mark.parametrize("deflate", ["off", "required"])
def test_a_mebibyte_in_chunks(world, parts, deflate):
    server = world.server(deflate=True)
    connection = connect(world, server, receive="chunks", deflate=deflate,
                         limits={"chunk": "16KiB", "max_message": "64KiB"})
    message = bytes(range(256)) * 4096
    connection.send(message)
    wait_for(lambda: len(parts.payload()) >= len(message), "all of it")
    assert parts.payload() == message
    offset = 0
    for places, payload in parts.seen:
        assert (places["opcode"], places["offset"], places["frame-offset"]) == (2, offset, offset)
        assert 0 < len(payload) <= 16384
        offset += len(payload)
    assert parts.seen[-1][0]["length"] == len(message)
    assert len(server.connections) == 1


def test_frames_are_told_as_they_came(world, parts):
    server = world.server()
    connection = connect(world, server, receive="frames")
    for frame in (b"\x01\x03one", b"\x00\x03two", b"\x80\x05three", b"\x82\x00"):
        server.loop.call_soon_threadsafe(connection.writer.write, frame)
    wait_for(lambda: len(parts.seen) >= 4, "four frames")
    told = [(places["opcode"], places["fin"], places["offset"], places.get("length"), payload)
            for places, payload in parts.seen]
    assert told == [(1, 0, 0, None, b"one"), (0, 0, 3, None, b"two"), (0, 1, 6, 11, b"three"),
                    (2, 1, 0, 0, b"")]


def test_a_frame_beyond_the_limit_ends_the_connection(world):
    server = world.server()
    connection = connect(world, server, receive="frames", limits={"max_message": "1KiB"})
    connection.send(b"x" * 1025)
    wait_for(connection.closes, "a close")
    assert connection.closes()[0][0] == 1009
