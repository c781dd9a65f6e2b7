"""One WebSocket connection through its trouble: restarts, closes, refusals, silence, slowness."""
import socket
import threading

import pytest
import ws_server

from support.processes import free_port, wait_for


def one_instance(world, server, **settings):
    world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/", **settings}}))
    world.ready("echo")
    return server.connections[-1]


def events(world, kind, name="echo"):
    return world.watch.documents(f"wsrelay/{name}/event/{kind}")


@pytest.mark.quick
def test_a_server_that_restarts_is_found_again(world):
    server = world.server()
    one_instance(world, server)
    server.stop()
    world.watch.wait("wsrelay/echo/availability", "offline")
    wait_for(lambda: world.state("echo").get("attempt", 0) >= 2, "it keeps trying")
    server.start()
    world.ready("echo")
    world.send("echo", "again")
    world.wait_received("echo", "again")
    assert len(events(world, "connected")) == 2
    assert events(world, "disconnected")[0]["close"]["by"] == "network"


def test_what_is_sent_while_the_server_is_away_arrives_afterwards(world):
    server = world.server()
    one_instance(world, server)
    server.stop()
    world.watch.wait("wsrelay/echo/availability", "offline")
    for number in range(20):
        world.send("echo", f"waiting {number}")
    server.start()
    world.wait_received("echo", "waiting 19")
    assert server.connections[-1].messages() == [f"waiting {number}" for number in range(20)]


@pytest.mark.quick
@pytest.mark.parametrize("code, reason", [(1000, "done"), (1001, ""), (1011, "grüße"), (4429, "slow")])
def test_a_close_of_the_server_is_reported_and_answered(world, code, reason):
    server = world.server()
    connection = one_instance(world, server)
    connection.close(code, reason)
    wait_for(connection.closes, "our answer")
    assert connection.closes()[0][0] == code
    close = wait_for(lambda: world.state("echo")["last_close"], "it is in the state")
    assert (close["code"], close["reason"], close["clean"], close["by"]) == (
        code, reason, True, "server")
    world.ready("echo")
    wait_for(lambda: len(server.connections) == 2, "it connects again")


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_refused_upgrade_is_reported_with_its_status(world, status):
    server = world.server(refuse=lambda _: status)
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    assert world.wait_error("echo", "http")["http_status"] == status


def test_a_closed_port_is_reported_as_what_it_is(world):
    import errno
    world.daemon({"echo": f"ws://127.0.0.1:{free_port()}/"})
    assert world.wait_error("echo", "tcp")["errno"] == errno.ECONNREFUSED


def test_an_unknown_host_is_reported_as_what_it_is(world):
    world.daemon({"echo": "wss://nowhere.invalid/"})
    assert "nowhere.invalid" in world.wait_error("echo", "dns")["message"]


def test_a_server_that_never_answers_the_upgrade_times_out(world):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        world.daemon({"echo": {"url": f"ws://127.0.0.1:{mute.getsockname()[1]}/",
                               "timeouts": {"upgrade": "300ms"}}})
        assert world.wait_error("echo", "timeout")["phase"] == "upgrading"


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\n\r\n",
                                    b"HTTP/1.1 101 Switching\r\n\r\n", b"\x00" * 64])
def test_a_server_that_speaks_something_else_is_refused(world, answer):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(20)

        def serve():
            try:
                while True:
                    stream = other.accept()[0]
                    stream.recv(4096)
                    stream.sendall(answer)
                    stream.close()
            except OSError:
                pass
        threading.Thread(target=serve, daemon=True).start()
        world.daemon({"echo": f"ws://127.0.0.1:{other.getsockname()[1]}/"})
        wait_for(lambda: (world.state("echo").get("last_error") or {}).get("type")
                 in ("http", "protocol", "tcp"), lambda: f"an error; {world.state('echo')}")
        assert not events(world, "connected")


def test_pings_keep_a_silent_connection(world):
    server = world.server()
    world.daemon(world.config({"echo": {
        "url": f"ws://127.0.0.1:{server.port}/",
        "liveness": {"ping": {"interval": "1s", "timeout": "1s"}}}}, report_interval="1s"))
    world.ready("echo")
    connection = server.connections[0]
    wait_for(lambda: sum(kind == "ping" for kind, _ in connection.seen) >= 3, "three pings")
    stats = world.watch.wait_document("wsrelay/echo/stats", lambda one: one["rtt_ms"])
    assert 0 < stats["rtt_ms"] < 1000
    assert len(server.connections) == 1


def test_a_ping_of_the_server_is_answered(world):
    server = world.server()
    connection = one_instance(world, server)
    connection.ping(b"are you there")
    wait_for(lambda: ("pong", b"are you there") in connection.seen, "the pong")


@pytest.mark.quick
def test_a_server_that_hangs_is_given_up(world):
    server = world.server()
    connection = one_instance(world, server,
                              liveness={"ping": {"interval": "1s", "timeout": "500ms"}})
    connection.stall()
    assert world.wait_error("echo", "pong_timeout")
    wait_for(lambda: len(server.connections) == 2, "it connects again")


def test_a_message_beyond_the_limit_ends_the_connection_with_1009(world):
    server = world.server()
    connection = one_instance(world, server, limits={"max_message": "1KiB"})
    connection.send(b"x" * 1025)
    wait_for(connection.closes, "a close")
    assert connection.closes()[0][0] == 1009
    world.wait_error("echo", "too_large")


@pytest.mark.parametrize("frame, code", [
    (b"\x83\x00", 1002), (b"\xc1\x00", 1002), (b"\x81\x01\xff", 1007), (b"\x81\x81\0\0\0\0a", 1002),
    (b"\x80\x00", 1002), (b"\x09\x00", 1002), (b"\x88\x01\x03", 1002)])
def test_a_breach_of_the_protocol_is_closed_as_rfc_6455_says(world, frame, code):
    server = world.server()
    connection = one_instance(world, server)
    server.loop.call_soon_threadsafe(connection.writer.write, frame)
    wait_for(connection.closes, "a close")
    assert connection.closes()[0][0] == code
    world.wait_error("echo", "protocol")


@pytest.mark.quick
def test_a_sick_instance_does_not_disturb_a_healthy_one(world):
    server, sick = world.server(), world.server()
    world.daemon(world.config({
        "healthy": f"ws://127.0.0.1:{server.port}/",
        "sick": {"url": f"ws://127.0.0.1:{sick.port}/",
                 "timeouts": {"close": "300ms"}, "lanes": {"deliver": {"max_bytes": "512KiB"}}},
        "absent": f"ws://127.0.0.1:{free_port()}/"}, drain_timeout="1s"))
    world.ready("healthy", "sick")
    sick.connections[0].stall()
    block = b"s" * (256 << 10)
    for number in range(40):  # 10 MiB for a server that reads nothing
        world.send("sick", block, "send/binary")
        world.send("healthy", f"{number}")
    world.wait_received("healthy", "39")
    assert [one.decode() for one in world.received("healthy")] == [str(n) for n in range(40)]
    assert len(server.connections) == 1


def test_a_flood_of_one_server_does_not_starve_another(world):
    server = world.server()

    def flood(kind, connection, _value):
        if kind == "text":
            for number in range(20000):
                connection.send_now(f"{number}")
    loud = world.server(flood)
    world.daemon({"quiet": f"ws://127.0.0.1:{server.port}/", "loud": f"ws://127.0.0.1:{loud.port}/"})
    world.ready("quiet", "loud")
    world.send("loud", "go")
    wait_for(lambda: world.received("loud"), "the flood has begun")
    world.send("quiet", "through")
    world.wait_received("quiet", "through")
    wait_for(lambda: len(world.received("loud")) >= 10000, "the flood is through", 60)


def test_a_disabled_instance_does_not_connect(world):
    server = world.server()
    world.daemon(world.config({"off": {"url": f"ws://127.0.0.1:{server.port}/", "enabled": False},
                               "on": f"ws://127.0.0.1:{server.port}/"}))
    world.ready("on")
    world.watch.wait_document("wsrelay/off/state", lambda state: state["state"] == "disabled")
    assert server.accepted == 1


def test_deflate_is_agreed_if_it_is_offered(world):
    server = world.server(ws_server.echo, deflate=True)
    connection = one_instance(world, server)
    offered = connection.request.headers.get_all("Sec-WebSocket-Extensions")
    agreed = world.state("echo")["extensions"]
    assert bool(offered) == bool(agreed)
    world.send("echo", "squeeze " * 1000)
    world.wait_received("echo", "squeeze " * 1000)
