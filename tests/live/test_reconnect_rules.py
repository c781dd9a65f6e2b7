"""What follows after an end: rules, Retry-After, giving up and coming back, the pace of starts."""
import time

import pytest

from support.processes import wait_for

SLOW = {"first": "10m", "max": "10m"}  # nothing that the tests wait for is due to this


def url_of(server):
    return f"ws://127.0.0.1:{server.port}/"


def connect(world, server, **settings):
    daemon = world.daemon(world.config({"a": {"url": url_of(server), **settings}}))
    world.ready("a")
    return daemon


def wait_state(world, state):
    return world.watch.wait_document("wsrelay/a/state", lambda found: found["state"] == state)


@pytest.mark.quick
def test_a_rule_gives_up_and_a_reload_begins_anew(world):
    forbidden = [403]
    server = world.server(refuse=lambda _: forbidden[0])
    rules = {"reconnect": {"rules": [{"http": [401, 403], "do": "fail"}]}}
    daemon = world.daemon(world.config({"a": {"url": url_of(server), **rules}}))
    state = wait_state(world, "failed")
    assert state["last_error"]["http_status"] == 403 and state["next_attempt"] is None
    assert world.watch.latest("wsrelay/a/availability") == b"offline"
    wait_for(lambda: any("1 failed" in line for line in daemon.notifications.seen), "STATUS")
    assert daemon.output().count("a: gave up until the next reload: the server answered 403") == 1
    assert server.accepted == 1
    daemon.reload()  # nothing has changed but the world
    wait_for(lambda: server.accepted == 2, "another attempt")
    wait_state(world, "failed")
    forbidden[0] = None
    daemon.reload()
    world.ready("a")


def test_a_changed_rule_brings_it_back(world):
    server = world.server()
    daemon = connect(world, server, reconnect={"rules": [{"close": "4000-4099", "do": "fail"}]})
    server.connections[0].close(4001, "banned")
    wait_state(world, "failed")
    daemon.reload(world.config({"a": url_of(server)}))
    world.ready("a")
    assert len(server.connections) == 2


def test_a_rule_that_waits_overrides_the_rest(world):
    server = world.server()
    daemon = connect(world, server)
    slow = {"delay": SLOW, "rules": [{"close": 4429, "do": "wait", "delay": "500ms"}]}
    daemon.reload(world.config({"a": {"url": url_of(server), "reconnect": slow}}))
    assert len(server.connections) == 1, "rules change without a new connection"
    server.connections[0].close(4429, "slow down")
    wait_for(lambda: len(server.connections) == 2, "it connects again")


def test_refresh_reads_the_secret_anew_at_once(world, tmp_path):
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text("stale")

    def refuse(connection):
        if connection.request.headers["Authorization"] == "fresh":
            return None
        token.write_text("fresh")
        return 401
    server = world.server(refuse=refuse)
    connect(world, server, headers={"Authorization": {"file": str(token)}},
            reconnect={"rules": [{"http": 401, "do": "refresh"}]})
    assert server.accepted == 2


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(world, status):
    knocks = []

    def refuse(_):
        knocks.append(time.monotonic())
        return (status, {"Retry-After": "2"}) if len(knocks) == 1 else None
    connect(world, world.server(refuse=refuse))
    assert knocks[1] - knocks[0] > 1.7


def test_retry_after_is_honoured_no_longer_than_allowed(world):
    knocks = []

    def refuse(_):
        knocks.append(time.monotonic())
        return (503, {"Retry-After": "3600"}) if len(knocks) == 1 else None
    connect(world, world.server(refuse=refuse), reconnect={"max_retry_after": "1s"})
    assert knocks[1] - knocks[0] < 5


def test_without_reconnecting_there_is_one_attempt(world):
    server = world.server()
    connect(world, server, reconnect={"enabled": False})
    server.connections[0].drop()
    assert wait_state(world, "failed")["last_close"]["code"] == 1006


def test_a_clean_close_can_be_the_end(world):
    server = world.server()
    connect(world, server, reconnect={"on_clean_close": False})
    server.connections[0].close(1000, "done")
    assert wait_state(world, "failed")["last_close"]["clean"]


def test_late_pongs_can_be_only_a_word(world):
    server = world.server()
    daemon = connect(world, server, liveness={"ping": {"interval": "1s", "timeout": "300ms",
                                                       "on_timeout": "warn"}})
    server.connections[0].stall()
    world.wait_error("a", "pong_timeout")
    assert world.state("a")["state"] == "ready"
    assert "a: no pong within 300ms; the connection stays" in daemon.output()
    server.connections[0].stall(False)
    world.send("a", "still there")
    world.wait_received("a", "still there")
    assert len(server.connections) == 1


def test_a_server_that_only_answers_pings_is_connected_anew(world):
    server = world.server()
    connect(world, server, liveness={"ping": {"interval": "1s"}, "data": {"after": "2s"}})
    wait_for(lambda: len(server.connections) == 2, "it connects again")
    assert world.watch.documents("wsrelay/a/event/error")[0]["error"]["type"] == "timeout"


def test_starts_keep_their_pace(world):
    knocks = []
    server = world.server(refuse=lambda _: knocks.append(time.monotonic()))
    names = [f"i{number}" for number in range(20)]
    world.daemon(world.config({name: url_of(server) for name in names},
                              starts={"per_host_per_second": 5}))
    world.ready(*names)
    assert len(knocks) == 20
    # A second's worth may have been saved up; a busy machine may be late.
    assert max(sum(0 <= other - one < 1 for other in knocks) for one in knocks) <= 12
    assert knocks[-1] - knocks[0] > 2
