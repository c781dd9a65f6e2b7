"""The broker comes and goes; the WebSocket side goes on, and what was promised arrives."""
import pytest

from support.broker import Broker, Watch
from support.processes import free_port, wait_for


def echo(world, **more):
    server = world.server()
    daemon = world.daemon(world.config({"echo": f"ws://127.0.0.1:{server.port}/"}, **more))
    world.ready("echo")
    return server, daemon


@pytest.mark.quick
def test_a_killed_broker_loses_nothing_at_qos_1(world):
    server, _ = echo(world)
    connection = server.connections[0]
    for number in range(100):
        connection.send(f"before {number}")
    world.wait_received("echo", "before 50")
    world.broker.kill()
    for number in range(300):
        connection.send(f"during {number}")
    world.broker.start()
    for number in range(100):
        connection.send(f"after {number}")
    world.wait_received("echo", "after 99")
    sent = [f"{when} {n}".encode() for when, count in
            (("before", 100), ("during", 300), ("after", 100)) for n in range(count)]
    firsts = list(dict.fromkeys(world.received("echo")))
    assert firsts == sent
    assert len(server.connections) == 1
    # and the other way again
    world.send("echo", "down")
    world.wait_received("echo", "down")


def test_qos_0_waits_for_the_broker_too(world):
    server = world.server()
    config = world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                    "publish": [{"topic": "{{base}}/{{instance}}/recv"}]}})
    world.daemon(config)
    world.ready("echo")
    world.broker.kill()
    held = [f"held {number}".encode() for number in range(50)]
    for one in held:
        server.connections[0].send(one)
    world.broker.start()
    world.wait_received("echo", held[-1])
    assert world.received("echo") == held


@pytest.mark.quick
def test_without_a_broker_it_is_ready_all_the_same(world):
    world.broker.kill()  # it knows the watch, and will keep for it what comes first
    server = world.server()
    world.daemon(world.config({"echo": f"ws://127.0.0.1:{server.port}/"}))
    wait_for(lambda: server.connections, "the WebSocket side connects")
    server.connections[0].send("early")
    world.broker.start()
    world.wait_received("echo", "early")
    world.watch.wait("wsrelay/bridge/main/state", "online")


def test_without_a_broker_it_stops_in_time(world):
    daemon = world.daemon(world.config({}, mqtt={"url": f"mqtt://127.0.0.1:{free_port()}"},
                                       drain_timeout="1s"))
    assert daemon.stop() == 0


@pytest.mark.quick
def test_the_will_speaks_for_a_daemon_that_died(world):
    import signal
    _, daemon = echo(world)
    world.watch.wait("wsrelay/bridge/main/state", "online")
    assert daemon.stop(signal.SIGKILL) == -signal.SIGKILL
    world.watch.wait("wsrelay/bridge/main/state", "offline")


@pytest.mark.quick
def test_commands_wait_at_the_broker_while_the_daemon_is_away(world):
    server, daemon = echo(world)
    import signal
    daemon.stop(signal.SIGKILL)
    world.send("echo", "kept for you")
    daemon.start()
    world.wait_received("echo", "kept for you")
    assert server.connections[-1].messages() == ["kept for you"]


def test_states_stand_at_a_broker_that_forgot_everything(world):
    echo(world)
    world.broker.kill()
    (world.broker.directory / "mosquitto.db").unlink()
    world.broker.start()
    late = wait_for(lambda: Watch(world.broker, "late"), "a second watch")
    try:
        late.wait("wsrelay/bridge/main/state", "online")
        late.wait("wsrelay/echo/availability", "online")
        late.wait_document("wsrelay/echo/state", lambda state: state["state"] == "ready")
    finally:
        late.stop()


def test_a_login_is_used(tmp_path):
    import subprocess
    from conftest import World
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), "bob", "canary-broker"],
                   check=True, capture_output=True)
    world = World(tmp_path)
    secure = Broker(tmp_path / "login", lines=[f"password_file {passwords}"]).start()
    try:
        world.canaries.append("canary-broker")
        login = {"url": secure.url, "username": "bob", "password": {"env": "BROKER_PASSWORD"}}
        daemon = world.daemon(world.config({}, mqtt=login), BROKER_PASSWORD="canary-broker")
        wait_for(lambda: "broker: connected" in daemon.output(), "it is let in")
        wrong = world.daemon(world.config({}, mqtt={**login, "client_id": "two"}),
                             BROKER_PASSWORD="wrong")
        wait_for(lambda: "broker" in wrong.output() and "uthori" in wrong.output(),
                 lambda: f"the refusal is in the log: {wrong.output()}")
        assert daemon.is_alive() and wrong.is_alive()
    finally:
        world.close()
        secure.stop()


def test_one_base_topic_and_name_are_used_everywhere(world):
    server = world.server()
    world.daemon(world.config({"echo": f"ws://127.0.0.1:{server.port}/"}, name="hall",
                              mqtt={"base_topic": "home/ws"}))
    world.watch.wait("home/ws/bridge/hall/state", "online")
    world.watch.wait("home/ws/echo/availability", "online")
    world.broker.publish("home/ws/echo/send", "hi")
    world.watch.wait("home/ws/echo/recv", "hi")
    assert not [topic for topic, *_ in world.watch.seen if topic.startswith("wsrelay/")]


def test_the_bridge_says_what_it_is(world):
    echo(world)
    info = world.watch.document("wsrelay/bridge/main/info")
    assert info["instances"] == ["echo"] and info["broker"]["protocol"] == "5"
    assert info["version"]
