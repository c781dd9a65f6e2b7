"""A secret goes through every door there is into the daemon, and comes out of none but its own."""
import base64
import contextlib
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import threading

import pytest

from support.broker import Broker
from support.canaries import Canaries
from support.daemon import PROGRAM, Notifications, run
from support.processes import free_port, spawn, wait_for


@pytest.fixture
def canaries():
    return Canaries()


class House:
    """All doors at once, with what stands behind them: servers that let in and that refuse, a proxy
    and a broker that know other passwords, a key that nothing opens."""

    def __init__(self, world, canaries, authority):
        self.world, self.canaries, self.place = world, canaries, world.directory / "secrets"
        self.place.mkdir()
        self.environment = {"ENV_KEY": canaries("env"), "CREDENTIALS_DIRECTORY": str(self.place)}
        self.file("credential").rename(self.place / "key")
        self.server = world.server()
        self.refusing = world.server(refuse=lambda _: 401)
        self.elsewhere = world.server(refuse=lambda _: (302, {"Location": self.url(self.server)}))
        self.ready = ["sources", "basic", "bearer", "query", "address"]
        self.unhappy = ["refused", "redirected", "unreachable", "proxied", "locked"]
        self.instances = {
            "sources": {"url": self.url(self.server), "headers": {
                "X-Credential": {"credential": "key"},
                "X-File": {"file": str(self.file("file"))},
                "X-Env": {"env": "ENV_KEY"},
                "X-Literal": canaries("literal"),
                "X-Text": "Token {{secret:named}} and more"}},
            "basic": {"url": self.url(self.server),
                      "auth": {"basic": {"user": "me", "password": canaries("basic")}}},
            "bearer": {"url": self.url(self.server),
                       "auth": {"bearer": {"file": str(self.file("bearer"))}}},
            "query": {"url": self.url(self.server),
                      "query": {"token": {"file": str(self.file("query"))}}},
            "address": self.url(self.server) + f"?key={canaries('address')}",
            "refused": {"url": self.url(self.refusing), "auth": {"bearer": canaries("refused")},
                        "query": {"token": canaries("refused-query")}},
            "redirected": {"url": self.url(self.elsewhere),
                           "auth": {"basic": {"user": "me", "password": canaries("redirected")}}},
            "unreachable": {"url": f"ws://127.0.0.1:{free_port()}/?key={canaries('unreachable')}"},
            "proxied": {"url": self.url(self.server), "proxy": {
                "url": f"http://127.0.0.1:{self.refusing.port}", "user": "me",
                "password": canaries("proxy")}},
            "locked": {"url": f"wss://localhost:{self.server.port}/",
                       "tls": {"ca_file": str(authority.ca_file), **self.locked_key(authority),
                               "key_password": {"file": str(self.file("key-password"))}}}}
        blocks = {name: {"url": one} if isinstance(one, str) else one
                  for name, one in self.instances.items()}
        self.config = world.config(
            blocks, log={"level": "debug"}, secrets={"named": {"file": str(self.file("named"))}},
            mqtt={"username": "me", "password": canaries("mqtt")})

    @staticmethod
    def url(server):
        return f"ws://127.0.0.1:{server.port}/"

    def file(self, door):
        path = self.place / door
        path.write_text(self.canaries(door))
        path.chmod(0o600)
        return path

    @staticmethod
    def locked_key(authority):
        """Another password opens it."""
        certificate, key = authority.issue("client")
        locked = key.with_suffix(".locked")
        subprocess.run(["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:other",
                        "-in", key, "-out", locked], check=True, capture_output=True)
        return {"cert_file": str(certificate), "key_file": str(locked)}

    def wait(self):
        """Everybody has said what there is to say."""
        self.world.ready(*self.ready)
        for name in self.unhappy:
            self.world.watch.wait_document(f"wsrelay/{name}/state", lambda state: state["last_error"])

    def arrived(self):
        """What the servers were told."""
        return {"servers": "\n".join(
            f"{one.request.path} {dict(one.request.headers.raw_items())}"
            for one in self.server.connections).encode()}

    def commands(self, file, other):
        """What every command prints, right or wrong."""
        asked = {"--check-config": ["--check-config", file], "--dump-config": ["--dump-config", file],
                 "--plan": ["--config", file, "--plan", other],
                 "--plan back": ["--config", other, "--plan", file],
                 **{f"--explain {name}": ["--config", file, "--explain", name]
                    for name in self.instances}}
        printed = {}
        for name, arguments in asked.items():
            status, out, err = run(*arguments, **self.environment)
            assert status == 0, (name, err)
            printed[name] = (out + err).encode()
        return printed


def outputs(world, daemon):
    """All that the running daemon lets out, by where it does."""
    world.watch.catch_up()
    process = pathlib.Path("/proc") / str(daemon.process.pid)
    told = {"log": daemon.log.read_bytes(),
            "mqtt": b"\n".join(topic.encode() + b" " + payload
                               for topic, payload, _ in list(world.watch.seen)),
            "status": "\n".join(daemon.notifications.seen).encode(),
            "ps": subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, check=True).stdout,
            "cmdline": (process / "cmdline").read_bytes()}
    try:
        told["environ"] = (process / "environ").read_bytes()
    except PermissionError:  # not root: nobody else may look, which is as good
        pass
    return told


def test_no_secret_comes_out_anywhere(world, canaries, authority):
    house = House(world, canaries, authority)
    daemon = world.daemon(house.config, **house.environment)
    house.wait()
    # They did come in: each bird sings where it was sent to.
    sung = {door for _, door in canaries.found(house.arrived())}
    assert sung >= {"credential", "file", "env", "literal", "named", "basic", "bearer", "query",
                    "address"}
    other = world.directory / "other.yaml"
    other.write_text(json.dumps({**house.config, "instances": {}}))
    told = {**outputs(world, daemon), **house.commands(daemon.file, other)}
    assert len(told["log"]) > 1000 and len(told["mqtt"]) > 1000  # there was something to search
    assert canaries.found(told) == set()


def test_nor_when_a_reload_changes_or_refuses_them(world, canaries, authority):
    house = House(world, canaries, authority)
    daemon = world.daemon(house.config, **house.environment)
    house.wait()
    headers = house.instances["sources"]["headers"]
    headers["X-Literal"] = canaries("changed")
    daemon.reload(house.config)
    wait_for(lambda: ("servers", "changed") in canaries.found(house.arrived()), "it is used")
    # Problems show the line they stand in, and secrets may stand there, too.
    headers["X-Literal"] = canaries("broken") + "\n"
    house.config["mqtt"]["password"] = {"text": canaries("mistaken")}
    house.instances["address"] = {"url": f"ws//me:{canaries('misspelt')}@127.0.0.1/"}
    house.config["instances"].update(house.instances)
    daemon.reload(house.config)
    assert "not reloaded" in daemon.output()
    status, out, err = run("--check-config", daemon.file, **house.environment)
    assert status == 78
    told = {**outputs(world, daemon), "--check-config": (out + err).encode()}
    assert canaries.found(told) == set()


def test_nor_when_the_broker_refuses_it(world, canaries, tmp_path):
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", passwords, "me", "another"], check=True,
                   capture_output=True)
    passwords.chmod(0o644)
    strict = Broker(tmp_path / "strict", lines=[f"password_file {passwords}"]).start()
    try:
        daemon = world.daemon(world.config({}, log={"level": "debug"}, mqtt={
            "url": strict.url, "username": "me", "password": canaries("mqtt")}))
        wait_for(lambda: "refused" in daemon.output() or "not auth" in daemon.output(),
                 daemon.output)
        assert canaries.found(outputs(world, daemon)) == set()
    finally:
        strict.stop()


def test_the_finder_finds(world, canaries):
    """A bird in the names of things, which are no secrets, is seen in every window."""
    bird = canaries("planted")
    server = world.server()
    config = world.config({bird: f"ws://127.0.0.1:{server.port}/"}, log={"level": "debug"})
    daemon = world.daemon(config, arguments=["--name", canaries("name")], LEFT=canaries("left"))
    world.ready(bird)
    other = world.directory / "other.yaml"
    other.write_text("{}")
    told = outputs(world, daemon)
    for name, arguments in {"--dump-config": ["--dump-config", daemon.file],
                            "--plan": ["--config", daemon.file, "--plan", other],
                            "--explain": ["--config", daemon.file, "--explain", bird]}.items():
        told[name] = run(*arguments)[1].encode()
    found = canaries.found(told)
    assert found >= {(window, "planted") for window in (
        "log", "mqtt", "--dump-config", "--plan", "--explain")}
    assert {("ps", "name"), ("cmdline", "name"), ("mqtt", "name")} <= found
    assert ("environ", "left") in found or "environ" not in told


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_finder_knows_base64(canaries, before):
    coded = base64.b64encode(f"{before}{canaries('bird')}:".encode())
    assert canaries.found({"here": b"Basic " + coded}) == {("here", "bird")}
    assert canaries.found({"here": b"Basic " + coded[6:-9]}) == set()


# ---- the journal ---------------------------------------------------------------------------------

class Journal:
    """The socket that sd_journal_sendv(3) writes to, in a mount namespace of the daemon's own."""

    def __init__(self, directory):
        self.directory, self.entries = directory, []
        directory.mkdir()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(directory / "socket"))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while entry := self._socket.recv(1 << 20):
            self.entries.append(entry)

    def wrap(self, command):
        script = ('mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && '
                  'mount --bind "$1" /run/systemd/journal && shift && exec "$@"')
        return ["unshare", "-m", "sh", "-c", script, "sh", self.directory, *command]


def test_no_secret_stands_in_a_journal_field(world, canaries, authority):
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("may not make a mount namespace")
    house, journal = House(world, canaries, authority), Journal(world.directory / "journal")
    daemon = world.daemon(house.config, start=False, **house.environment)
    daemon.log.touch()
    seen = daemon.log.stat()
    daemon.environment["JOURNAL_STREAM"] = f"{seen.st_dev}:{seen.st_ino}"
    daemon.wrap = journal.wrap
    daemon.start()
    house.wait()
    assert wait_for(lambda: b"WSRELAY_INSTANCE=refused" in b"\n".join(journal.entries), "fields")
    assert canaries.found({"journal": b"\n".join(journal.entries)}) == set()


# ---- memory on disk ------------------------------------------------------------------------------

def crash(directory, number, *arguments):
    """Whether the daemon that got this signal was dumped, where the system would."""
    directory.mkdir()
    config = directory / "wsrelayd.yaml"
    config.write_text("{mqtt: {url: 'mqtt://127.0.0.1:1'}}")
    notifications = Notifications(directory / "notify")
    process = spawn(["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", PROGRAM, "--config", config,
                     *arguments], cwd=directory, stdin=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "NOTIFY_SOCKET": str(directory / "notify")})
    notifications.wait("READY=1")
    if "--allow-core" not in arguments:
        assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
        with contextlib.suppress(PermissionError):  # the limit is not all that stands in the way
            resource.prlimit(process.pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    process.send_signal(number)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -os.WTERMSIG(status)
    assert os.WTERMSIG(status) == number
    cores = [one for one in directory.iterdir() if one.name.startswith("core")]
    for core in cores:
        core.unlink()
    return os.WCOREDUMP(status) or bool(cores)


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV],
                         ids=lambda number: number.name)
def test_a_crash_leaves_no_memory_behind(tmp_path, number):
    assert not crash(tmp_path / "quiet", number)


def test_a_crash_does_if_it_may(tmp_path):
    if (resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY
            or pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip() != "core"):
        pytest.skip("this system writes no core files")
    assert crash(tmp_path / "loud", signal.SIGQUIT, "--allow-core")
