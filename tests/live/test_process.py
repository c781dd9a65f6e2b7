"""The process: command line, exit status, the service manager, goodbye."""
import re
import signal

import pytest

from support.daemon import run
from support.processes import free_port, wait_for


@pytest.mark.quick
def test_version_and_help():
    assert re.fullmatch(r"wsrelayd \d+\.\d+\.\d+\n", run("--version")[1])
    status, text, _ = run("--help")
    assert status == 0 and "--check-config" in text


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--config"], ["stray"], ["--config="]])
def test_wrong_usage_is_64(arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (64, "") and "--help" in err


BAD = """mqtt:
  url: mqtt://127.0.0.1:1
instances:
  ticker:
    urll: wss://stream.example.com/
    liveness: {ping: {interval: 20 parsecs}}
"""


@pytest.mark.quick
@pytest.mark.parametrize("way", [["--config"], ["--check-config", "--config"], ["--check-config"]])
def test_a_bad_configuration_is_78_with_every_place(tmp_path, way):
    file = tmp_path / "wsrelayd.yaml"
    file.write_text(BAD)
    status, _, err = run(*way, file)
    assert status == 78
    assert f"{file}:5:5: " in err and "url" in err
    assert re.search(rf"{file}:6:\d+: ", err)
    assert "urll: wss://stream.example.com/" in err and "^" in err


def test_a_good_configuration_is_said_to_be_good(tmp_path):
    file = tmp_path / "good.yaml"
    file.write_text("instances: {a: {url: 'wss://example.com/'}}\n")
    for arguments in (["--check-config", file], [f"--check-config={file}"],
                      ["--config", file, "--check-config"]):
        assert run(*arguments)[0] == 0


def test_a_missing_configuration_is_78(tmp_path):
    status, _, err = run("--config", tmp_path / "none.yaml")
    assert status == 78 and "none.yaml" in err


@pytest.mark.quick
def test_sigterm_says_goodbye_to_everybody(world):
    server = world.server()
    daemon = world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    connection = server.connections[0]
    assert daemon.stop() == 0
    assert connection.closes() == [(1001, connection.closes()[0][1])]
    world.watch.wait("wsrelay/echo/availability", "offline")
    world.watch.wait("wsrelay/bridge/main/state", "offline")
    world.watch.wait_document("wsrelay/echo/state", lambda state: state["state"] == "stopped")
    assert "STOPPING=1" in daemon.notifications.seen


def test_sigint_is_as_good(world):
    daemon = world.daemon({})
    assert daemon.stop(signal.SIGINT) == 0


def test_what_arrived_before_the_stop_is_relayed(world):
    server = world.server()
    daemon = world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    for number in range(2000):
        server.connections[0].send(f"{number}")
    world.wait_received("echo", "0")
    assert daemon.stop() == 0
    # All that the server sent before our Close reached it was read, and relayed.
    closed = server.connections[0].seen
    assert closed and len(world.received("echo")) == 2000


def test_a_server_that_does_not_answer_our_close_holds_up_nothing(world):
    server = world.server()
    daemon = world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                                 "timeouts": {"close": "500ms"}}}))
    world.ready("echo")
    server.connections[0].stall()
    assert daemon.stop() == 0


def test_a_second_sigterm_ends_it_at_once(world):
    server = world.server()
    daemon = world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                                 "timeouts": {"close": "60s"}}},
                                       drain_timeout="60s"))
    world.ready("echo")
    server.connections[0].stall()
    daemon.process.send_signal(signal.SIGTERM)
    daemon.notifications.wait("STOPPING=1")
    assert daemon.stop() == 1


@pytest.mark.quick
def test_ready_then_a_status_in_words(world):
    server = world.server()
    daemon = world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    wait_for(lambda: any("1 ready" in one or "1/1" in one for one in daemon.notifications.seen
                         if one.startswith("STATUS=")),
             lambda: f"a status; {daemon.notifications.seen}")


def test_the_watchdog_is_fed(world):
    daemon = world.daemon({}, start=False, WATCHDOG_USEC="200000")
    daemon.start()
    daemon.notifications.wait("WATCHDOG=1", 3)


def test_the_watchdog_is_fed_while_nothing_answers(world):
    daemon = world.daemon(world.config({"a": f"ws://127.0.0.1:{free_port()}/"},
                                       mqtt={"url": f"mqtt://127.0.0.1:{free_port()}"}),
                          start=False, WATCHDOG_USEC="200000")
    daemon.start()
    daemon.notifications.wait("WATCHDOG=1", 5)


def test_nothing_is_left_in_the_temporary_directory(world):
    daemon = world.daemon({})
    world.watch.wait("wsrelay/bridge/main/state", "online")
    assert daemon.stop() == 0
    assert {one.name for one in daemon.directory.iterdir()} == {
        "notify", "wsrelayd.log", "wsrelayd.yaml"}
