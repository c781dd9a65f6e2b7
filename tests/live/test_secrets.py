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


def test_a_query_and_a_login_in_the_address_are_not_shown(world):
    world.canaries.append(CANARY)
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/?token={CANARY}"})
    world.ready("echo")
    assert server.connections[0].request.path == f"/?token={CANARY}"
    assert CANARY not in world.state("echo")["url"]
