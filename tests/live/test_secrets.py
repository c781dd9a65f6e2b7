"""Secrets by reference arrive at the server, and nowhere else. A canary sings if they do."""
import pathlib

import pytest

from support.processes import wait_for

CANARY = "canary-b1rd"


def connect(world, reference, **environment):
    world.canaries.append(CANARY)
    server = world.server()
    config = world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                    "headers": {"Authorization": reference}}},
                          log={"level": "debug"})
    daemon = world.daemon(config, **environment)
    world.ready("echo")
    return server, daemon


@pytest.mark.quick
@pytest.mark.parametrize("source", ["file", "env", "credential"])
def test_reaches_the_server(world, tmp_path, source):
    place = tmp_path / "secret"
    place.write_text(CANARY)
    place.chmod(0o600)
    reference = {"file": {"file": str(place)}, "env": {"env": "TICKER_KEY"},
                 "credential": {"credential": "secret"}}[source]
    environment = {"env": {"TICKER_KEY": CANARY}, "file": {},
                   "credential": {"CREDENTIALS_DIRECTORY": str(tmp_path)}}[source]
    server, daemon = connect(world, reference, **environment)
    assert server.connections[0].request.headers["Authorization"] == CANARY
    # Once read it is gone from the environment, and it never was on the command line.
    for file in ("environ", "cmdline"):
        assert CANARY.encode() not in pathlib.Path(f"/proc/{daemon.process.pid}/{file}").read_bytes()


def test_a_changed_file_counts_at_the_next_attempt(world, tmp_path):
    place = tmp_path / "secret"
    place.write_text("first")
    place.chmod(0o600)
    server, _ = connect(world, {"file": str(place)})
    place.write_text(CANARY)
    server.connections[0].close(4000, "again")
    wait_for(lambda: len(server.connections) == 2, "it connects again")
    assert [one.request.headers["Authorization"] for one in server.connections] == ["first", CANARY]


def test_a_missing_file_is_an_error_of_that_attempt(world, tmp_path):
    server, place = world.server(), tmp_path / "not-yet"
    world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                                        "headers": {"Authorization": {"file": str(place)}}}}))
    error = wait_for(lambda: world.state("echo").get("last_error"), "an error")
    assert str(place) in error["message"]
    place.touch(0o600)
    place.write_text("now")
    world.ready("echo")


@pytest.mark.quick
def test_tokens_stand_in_a_header_and_in_the_query(world, tmp_path):
    world.canaries.append(CANARY)
    place = tmp_path / "secret"
    place.write_text(f"{CANARY} +/&=")
    place.chmod(0o600)
    server = world.server()
    config = world.config(
        {"echo": {"url": f"ws://127.0.0.1:{server.port}/feed?v=2",
                  "headers": {"X-Api-Key": "key={{secret:key}}; v=1"},
                  "query": {"user": "a b", "token": {"file": str(place)}}}},
        secrets={"key": {"file": str(place)}}, log={"level": "debug"})
    world.daemon(config)
    world.ready("echo")
    request = server.connections[0].request
    assert request.path == f"/feed?v=2&user=a%20b&token={CANARY}%20%2B%2F%26%3D"
    assert request.headers["X-Api-Key"] == f"key={CANARY} +/&=; v=1"
    assert world.state("echo")["url"] == f"ws://127.0.0.1:{server.port}/feed?v=…"


@pytest.mark.quick
def test_a_bearer_token_is_read_anew_for_each_attempt(world, tmp_path):
    world.canaries.append(CANARY)
    place = tmp_path / "token"
    place.write_text("first")
    place.chmod(0o600)
    server = world.server()
    world.daemon({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                           "auth": {"bearer": {"file": str(place)}}}})
    world.ready("echo")
    place.write_text(f"{CANARY}\n")
    server.connections[0].close(4000, "again")
    error = world.wait_error("echo", "local")
    assert "line break" in error["message"] and str(place) in error["message"], error
    place.write_text(CANARY)
    wait_for(lambda: len(server.connections) == 2, "it connects again")
    assert [one.request.headers["Authorization"] for one in server.connections] == [
        "Bearer first", f"Bearer {CANARY}"]


@pytest.mark.parametrize("mode, cure", [(0o604, "chmod o-rwx"), (0o620, "chmod g-w")])
def test_a_file_that_others_may_touch_is_refused_with_the_cure(world, tmp_path, mode, cure):
    world.canaries.append(CANARY)
    place = tmp_path / "secret"
    place.write_text(CANARY)
    place.chmod(mode)
    server = world.server()
    world.daemon({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                           "auth": {"bearer": {"file": str(place)}}}})
    assert f"{cure} {place}" in world.wait_error("echo", "local")["message"]
    assert server.connections == []
    place.chmod(0o600)
    world.ready("echo")


def test_a_changed_name_reconnects_those_that_use_it(world, tmp_path):
    server = world.server()
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(0o600)
    config = world.config({"with": {"url": f"ws://127.0.0.1:{server.port}/with",
                                    "headers": {"X-Key": "is {{secret:key}}"}},
                           "without": f"ws://127.0.0.1:{server.port}/without"},
                          secrets={"key": {"file": str(tmp_path / "one")}})
    daemon = world.daemon(config)
    world.ready("with", "without")
    config["secrets"]["key"] = {"file": str(tmp_path / "two")}
    daemon.reload(config)
    wait_for(lambda: len(server.connections) == 3, "one of them connects again")
    keys = [one.request.headers.get("X-Key") for one in server.connections
            if one.request.path == "/with"]
    assert keys == ["is one", "is two"]
    assert "restart" not in daemon.output()


def test_a_query_and_a_login_in_the_address_are_not_shown(world):
    world.canaries.append(CANARY)
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/?token={CANARY}"})
    world.ready("echo")
    assert server.connections[0].request.path == f"/?token={CANARY}"
    assert CANARY not in world.state("echo")["url"]
