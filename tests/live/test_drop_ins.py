"""Many files, one configuration: what is read, what a reload makes of it, and when it waits."""
import os

import pytest

from support.daemon import run
from support.processes import wait_for


@pytest.fixture
def one(world):
    """An instance of the main file, and the daemon that runs it."""
    server = world.server()
    daemon = world.daemon({"a": f"ws://127.0.0.1:{server.port}/a"})
    world.ready("a")
    return server, daemon


def instance(server, name, **more):
    return {"instances": {name: {"url": f"ws://127.0.0.1:{server.port}/{name}", **more}}}


def opened(server):
    return sorted(connection.request.path for connection in server.connections)


def problem(world):
    return (world.watch.document("wsrelay/bridge/main/info").get("reload") or {}).get("problem")


@pytest.mark.quick
def test_one_instance_one_file_added_changed_and_removed(world, one):
    server, daemon = one
    file = daemon.drop_in("b.yaml", instance(server, "b"))
    daemon.reload()
    world.ready("b")
    assert "1 added, 1 untouched" in daemon.output()
    daemon.drop_in("b.yaml", instance(server, "b", liveness={"ping": {"interval": "1s"}}))
    daemon.reload()
    assert "1 changed live, 1 untouched" in daemon.output()
    file.unlink()
    daemon.reload()
    world.watch.wait("wsrelay/b/state", b"")
    assert "1 removed, 1 untouched" in daemon.output()
    assert opened(server) == ["/a", "/b"]


def test_a_drop_in_lies_over_the_main_file_and_a_later_one_over_it(world, one):
    server, daemon = one
    daemon.drop_in("10-b.yaml", {"instances": {"a": {"url": f"ws://127.0.0.1:{server.port}/ten"}}})
    daemon.drop_in("20-b.yaml", {"instances": {"a": {"url": f"ws://127.0.0.1:{server.port}/twenty"}}})
    daemon.reload()
    wait_for(lambda: "/twenty" in opened(server), "the last word is heard")
    world.ready("a")
    assert opened(server) == ["/a", "/twenty"]


def test_a_masked_drop_in_is_gone(world, one):
    server, daemon = one
    file = daemon.drop_in("b.yaml", instance(server, "b"))
    daemon.reload()
    world.ready("b")
    file.unlink()
    file.symlink_to("/dev/null")
    daemon.reload()
    world.watch.wait("wsrelay/b/state", b"")
    assert problem(world) is None


def test_what_editors_leave_is_not_read_and_other_suffixes_are_warned_about(world, one):
    server, daemon = one
    for name in ("b.yaml~", ".b.yaml.swp", "b.yaml.dpkg-old", "b.yaml.bak"):
        daemon.drop_in(name, "nonsense: [")
    daemon.drop_in("c.yml", instance(server, "c"))
    daemon.reload()
    assert "c.yml: warning: is passed over" in daemon.output()
    assert "nothing changed" in daemon.output() and "nonsense" not in daemon.output()


def broken_text(server, daemon):
    return daemon.drop_in("b.yaml", "instances:\n  b: {url: ws//nonsense}\n"), "b.yaml:2:"


def broken_link(server, daemon):
    daemon.drop_ins.mkdir()
    (daemon.drop_ins / "b.yaml").symlink_to("gone")
    return daemon.drop_ins / "b.yaml", "is a link to nothing"


def fifo(server, daemon):
    daemon.drop_ins.mkdir()
    os.mkfifo(daemon.drop_ins / "b.yaml")
    return daemon.drop_ins / "b.yaml", "is not a regular file"


def missing_secret(server, daemon):
    more = instance(server, "b", headers={"Authorization": {"file": str(daemon.directory / "none")}})
    return daemon.drop_in("b.yaml", more), str(daemon.directory / "none")


@pytest.mark.quick
@pytest.mark.parametrize("spoil", [broken_text, broken_link, fifo, missing_secret])
def test_a_bad_drop_in_changes_nothing_and_is_told_everywhere(world, one, spoil):
    server, daemon = one
    daemon.write(world.config(instance(server, "c")["instances"]))  # good, and not to be taken over
    file, words = spoil(server, daemon)
    daemon.reload()
    world.watch.wait_document("wsrelay/bridge/main/info", lambda info: info["reload"]["problem"])
    log = [line for line in daemon.output().splitlines() if "not reloaded" in line or words in line]
    status = [line for line in daemon.notifications.seen if line.startswith("STATUS=")][-1]
    code, _, checked = run("--check-config", daemon.file)  # as ExecReload= does
    assert code == 78
    for told in (problem(world), "\n".join(log), status, checked):
        assert str(file) in told and words in told, told
    world.send("a", "as before")
    world.wait_received("a", "as before")
    assert opened(server) == ["/a"]
    file.unlink()
    daemon.reload()
    world.ready("c")
    world.watch.wait_document("wsrelay/bridge/main/info",
                              lambda info: info["reload"]["problem"] is None)


def test_a_file_that_is_half_written_is_waited_for(world, one):
    server, daemon = one
    file = daemon.drop_in("b.yaml", 'instances:\n  b:\n    url: "ws://127.0.0.1:')
    times = daemon.notifications.count("READY=1") + 1
    with file.open("a") as more:
        begun = iter(range(100))
        daemon.send_reload()

        def written_long_enough():  # each character begins the pause anew
            more.write("0")
            more.flush()
            return next(begun, None) is None
        wait_for(written_long_enough, "a hundred characters")
        assert daemon.notifications.count("READY=1") < times
        more.seek(0)
        more.truncate()
    daemon.drop_in("b.yaml", instance(server, "b"))
    daemon.notifications.wait("READY=1", times)
    world.ready("b")
    assert "not reloaded" not in daemon.output()


def test_a_file_that_never_comes_to_rest_is_a_problem(world, one):
    server, daemon = one
    with daemon.drop_in("b.yaml", "# ").open("a") as more:
        daemon.send_reload()

        def told():
            more.write("x")
            more.flush()
            return "b.yaml: is being written to" in daemon.output()
        wait_for(told, daemon.output)
    assert "not reloaded" in daemon.output()
    daemon.reload()
    assert "nothing changed" in daemon.output()


def test_a_file_that_vanishes_and_comes_back_is_not_missed(world, one):
    server, daemon = one
    file = daemon.drop_in("b.yaml", instance(server, "b"))
    daemon.reload()
    world.ready("b")
    times = daemon.notifications.count("READY=1") + 1
    moves = iter(range(41))
    daemon.send_reload()

    def moved():
        number = next(moves, None)
        if number is not None:  # away for a moment only: what stays away has been removed
            file.unlink()
            daemon.drop_in("b.yaml", instance(server, "b"))
        return number is None
    wait_for(moved, "it comes and goes")
    daemon.notifications.wait("READY=1", times)
    assert "nothing changed" in daemon.output() and "not reloaded" not in daemon.output()
    assert opened(server) == ["/a", "/b"]


def test_drop_ins_may_stand_alone(world):
    server = world.server()
    daemon = world.daemon({}, start=False)
    daemon.drop_in("all.yaml", world.config(instance(server, "a")["instances"]))
    daemon.file.unlink()
    daemon.start()
    world.ready("a")


# ---- what other keys of a reload do --------------------------------------------------------------

def test_another_broker_is_gone_to_and_the_sockets_stay(world, tmp_path):
    from support.broker import Broker, Watch
    server = world.server()
    config = world.config({"a": f"ws://127.0.0.1:{server.port}/a"})
    daemon = world.daemon(config)
    world.ready("a")
    other = Broker(tmp_path / "other").start()
    watch = Watch(other)
    try:
        config["mqtt"]["url"] = other.url
        daemon.reload(config)
        watch.wait("wsrelay/a/availability", "online")
        watch.wait("wsrelay/bridge/main/state", "online")
        server.connections[0].send("over there")
        wait_for(lambda: b"over there" in watch.payloads("wsrelay/a/recv"), "it arrives")
        assert opened(server) == ["/a"]
        assert daemon.stop() == 0
    finally:
        watch.stop()
        other.stop()


def test_other_labels_disturb_nothing(world, one):
    server, daemon = one
    config = world.config({"a": {"url": f"ws://127.0.0.1:{server.port}/a",
                                 "labels": {"site": "north"}}})
    daemon.reload(config)
    assert "1 changed live, 0 untouched" in daemon.output()
    world.send("a", "still")
    world.wait_received("a", "still")
    assert opened(server) == ["/a"]


def test_the_log_level_changes_live(world, one):
    server, daemon = one
    quiet = world.config({"a": f"ws://127.0.0.1:{server.port}/a"}, log={"level": "error"})
    daemon.reload(quiet)
    before = daemon.output()
    daemon.reload(quiet)
    assert daemon.output() == before


def test_what_needs_a_restart_is_named(world, one):
    server, daemon = one
    daemon.reload(world.config({"a": f"ws://127.0.0.1:{server.port}/a"}, name="other"))
    assert "name: takes effect at a restart" in daemon.output()
    world.send("a", "still")
    world.wait_received("a", "still")
