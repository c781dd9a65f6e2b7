"""SIGHUP: what did not change keeps its socket; a bad file changes nothing."""
import copy

import pytest

from support.broker import Broker, Watch
from support.processes import wait_for


@pytest.fixture
def two(world):
    server = world.server()
    config = world.config({"a": f"ws://127.0.0.1:{server.port}/a",
                           "b": f"ws://127.0.0.1:{server.port}/b"})
    daemon = world.daemon(config)
    world.ready("a", "b")
    return server, daemon, config


def opened(server):
    return [connection.request.path for connection in server.connections]


@pytest.mark.quick
def test_an_added_instance_connects_and_the_others_stay(world, two):
    server, daemon, config = two
    config["instances"]["c"] = {"url": f"ws://127.0.0.1:{server.port}/c"}
    daemon.reload(config)
    world.ready("c")
    world.send("c", "new")
    world.wait_received("c", "new")
    world.send("a", "old")
    world.wait_received("a", "old")
    assert sorted(opened(server)) == ["/a", "/b", "/c"]
    assert set(world.watch.document("wsrelay/bridge/main/info")["instances"]) == {"a", "b", "c"}


@pytest.mark.quick
def test_a_removed_instance_says_goodbye_and_clears_its_topics(world, two):
    server, daemon, config = two
    gone = next(one for one in server.connections if one.request.path == "/b")
    del config["instances"]["b"]
    daemon.reload(config)
    wait_for(gone.closes, "a close")
    assert gone.closes()[0][0] in (1000, 1001)
    for topic in ("availability", "state", "stats"):
        world.watch.wait(f"wsrelay/b/{topic}", b"")
    world.send("a", "still here")
    world.wait_received("a", "still here")
    assert sorted(opened(server)) == ["/a", "/b"]


@pytest.mark.quick
def test_a_changed_address_reconnects_that_one_only(world, two):
    server, daemon, config = two
    config["instances"]["b"]["url"] += "2"
    daemon.reload(config)
    wait_for(lambda: "/b2" in opened(server), "the new address is used")
    world.ready("b")
    world.send("a", "undisturbed")
    world.wait_received("a", "undisturbed")
    assert sorted(opened(server)) == ["/a", "/b", "/b2"]


def test_another_broker_is_reached_and_the_sockets_stay(world, two, tmp_path):
    server, daemon, config = two
    other = Broker(tmp_path / "other").start()
    watch = Watch(other, name="other")
    try:
        config["mqtt"]["url"] = other.url
        daemon.reload(config)
        watch.wait("wsrelay/bridge/main/state", "online")
        watch.wait("wsrelay/a/availability", "online")
        world.watch.wait("wsrelay/bridge/main/state", "offline")

        def echoed():
            other.publish("wsrelay/a/send/text", "there")
            return b"there" in watch.payloads("wsrelay/a/recv")
        wait_for(echoed, "the way there and back")
        assert sorted(opened(server)) == ["/a", "/b"]
        assert daemon.stop() == 0
    finally:
        watch.stop()
        other.stop()


def test_a_setting_that_may_change_live_keeps_the_socket(world, two):
    server, daemon, config = two
    config["instances"]["a"]["liveness"] = {"ping": {"interval": "1s"}}
    daemon.reload(config)
    connection = next(one for one in server.connections if one.request.path == "/a")
    wait_for(lambda: any(kind == "ping" for kind, _ in connection.seen), "a ping")
    assert len(server.connections) == 2


def test_a_limit_that_changes_keeps_the_socket(world, two):
    server, daemon, config = two
    connection = next(one for one in server.connections if one.request.path == "/a")
    config["instances"]["a"]["limits"] = {"max_message": "2KiB"}
    config["instances"]["a"]["timeouts"] = {"dns": "1s", "close": "1s"}
    daemon.reload(config)
    connection.send("x" * 2048)
    world.wait_received("a", "x" * 2048)
    assert len(server.connections) == 2
    connection.send("y" * 2049)
    wait_for(connection.closes, "a close")
    assert connection.closes()[0][0] == 1009


@pytest.mark.quick
@pytest.mark.parametrize("text", ["instances: [", "mqtt: {url: 'http://x'}", "nonsense: true",
                                  "instances:\n  a:\n    url: wss://x\n    url: wss://y\n",
                                  "\x00", "- just a list"])
def test_a_bad_file_changes_nothing_and_is_reported(world, two, text):
    server, daemon, config = two
    daemon.reload(text)
    problem = world.watch.wait_document("wsrelay/bridge/main/info",
                                        lambda info: info["reload"]["problem"])
    assert "wsrelayd.yaml:" in problem["reload"]["problem"]
    world.send("a", "as before")
    world.wait_received("a", "as before")
    assert len(server.connections) == 2
    daemon.reload(config)
    world.watch.wait_document("wsrelay/bridge/main/info",
                              lambda info: info["reload"]["problem"] is None)


def test_an_unreadable_file_changes_nothing(world, two):
    server, daemon, _ = two
    daemon.file.unlink()
    daemon.reload()
    assert "not reloaded" in daemon.output()
    world.send("b", "as before")
    world.wait_received("b", "as before")
    assert len(server.connections) == 2


def test_switching_an_instance_off_and_on(world, two):
    server, daemon, config = two
    off = copy.deepcopy(config)
    off["instances"]["b"]["enabled"] = False
    daemon.reload(off)
    world.watch.wait_document("wsrelay/b/state", lambda state: state["state"] == "disabled")
    world.watch.wait("wsrelay/b/availability", "offline")
    daemon.reload(config)
    world.ready("b")
    assert sorted(opened(server)) == ["/a", "/b", "/b"]


def test_many_reloads_at_once_are_one_in_the_end(world, two):
    import signal
    server, daemon, config = two
    config["instances"]["c"] = {"url": f"ws://127.0.0.1:{server.port}/c"}
    daemon.write(config)
    for _ in range(50):
        daemon.process.send_signal(signal.SIGHUP)
    world.ready("c")
    assert daemon.stop() == 0
    assert sorted(opened(server)) == ["/a", "/b", "/c"]


def test_systemd_hears_of_a_reload(two):
    _, daemon, config = two
    daemon.reload(config)
    seen = daemon.notifications.seen
    assert "RELOADING=1" in seen
    assert any(line.startswith("MONOTONIC_USEC=") for line in seen)
    assert seen.index("RELOADING=1") > seen.index("READY=1")
