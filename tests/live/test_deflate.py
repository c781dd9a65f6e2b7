"""permessage-deflate with servers of other makers, both ways, and what the statistics say of it."""
import random

import pytest

from support.processes import wait_for

PROSE = " ".join(random.Random(7).choice(["market", "order", "price", "héllo", "42"])
                 for _ in range(20000)).encode()


@pytest.fixture
def port_of(world, request):
    def find(peer, **options):
        if peer == "node":
            return request.getfixturevalue("node_port")
        return world.server(deflate=True, **options).port
    return find


def connect(world, port, deflate):
    world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{port}/", "deflate": deflate}},
                              report_interval="1s"))
    world.ready("echo")


def wait_compressed(world, fits):
    return world.watch.wait_document("wsrelay/echo/stats", lambda stats: fits(
        stats["publish"]["compressed"], stats["deliver"]["compressed"]))


SETTINGS = {
    "default": "on",
    "widest": {"client_max_window_bits": 15, "server_max_window_bits": 15,
               "client_context_takeover": True},
    "narrowest": {"client_max_window_bits": 9, "server_max_window_bits": 9,
                  "server_context_takeover": False, "threshold": "0B"},
}


@pytest.mark.parametrize("kind", ["text", "binary"])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("peer", [pytest.param("python", marks=pytest.mark.quick), "node"])
def test_both_ways_are_compressed_and_counted(world, port_of, peer, setting, kind):
    connect(world, port_of(peer), SETTINGS[setting])
    assert world.state("echo")["extensions"].startswith("permessage-deflate")
    for _ in range(3):  # later ones may stand in the context of earlier ones
        before = len(world.received("echo"))
        world.send("echo", PROSE, f"send/{kind}")
        wait_for(lambda: len(world.received("echo")) > before, "the echo")
    assert world.received("echo") == [PROSE] * 3
    wait_compressed(world, lambda publish, deliver: publish["bytes"] == deliver["bytes"]
                    == 3 * len(PROSE) and 0 < publish["wire_bytes"] < len(PROSE) * 2
                    and 0 < deliver["wire_bytes"] < len(PROSE) * 2)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 129, 1 << 20])
@pytest.mark.parametrize("peer", ["python", "node"])
def test_comes_back_as_it_was_whatever_its_size(world, port_of, peer, size):
    connect(world, port_of(peer), {"offer": "on", "threshold": "128B"})
    for payload in (bytes(size), random.Random(size).randbytes(size)):
        before = len(world.received("echo"))
        world.send("echo", payload, "send/binary")
        wait_for(lambda: len(world.received("echo")) > before, "the echo")
        assert world.received("echo")[-1] == payload


def test_off_is_not_offered(world):
    server = world.server(deflate=True)
    connect(world, server.port, "off")
    assert server.connections[0].request.headers.get_all("Sec-WebSocket-Extensions") == []
    assert world.state("echo")["extensions"] is None
    world.send("echo", PROSE)
    world.wait_received("echo", PROSE)
    wait_compressed(world, lambda publish, deliver: publish["bytes"] == deliver["bytes"] == 0)


def test_a_server_that_declines_is_talked_to_plainly(world):
    server = world.server(deflate=False)
    connect(world, server.port, "on")
    assert server.connections[0].request.headers.get_all("Sec-WebSocket-Extensions")
    world.send("echo", PROSE)
    world.wait_received("echo", PROSE)


def test_a_server_that_declines_what_is_required_is_refused(world):
    server = world.server(deflate=False)
    world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                        "deflate": "required"}}))
    assert world.wait_error("echo", "protocol")["phase"] == "upgrading"
    assert not world.watch.payloads("wsrelay/echo/event/connected")


def test_a_bomb_ends_the_connection_with_1009(world):
    def explode(kind, connection, _value):
        if kind == "text":
            connection.send_now(bytes(8 << 20))  # some kilobytes on the wire
    server = world.server(explode, deflate=True)
    world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                        "limits": {"max_message": "1MiB"}}}))
    world.ready("echo")
    world.send("echo", "now")
    wait_for(server.connections[0].closes, "a close")
    assert server.connections[0].closes()[0][0] == 1009
    world.wait_error("echo", "too_large")
