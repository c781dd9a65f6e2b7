"""Through proxies of other makers: tinyproxy (CONNECT), microsocks (SOCKS 5), and a socket file."""
import socket
import subprocess
import threading

import certificates
import pytest

from support.processes import end, free_port, is_listening, spawn, wait_for

CANARY = "canary-pr0xy"

TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 60
LogLevel Connect
LogFile "{log}"
PidFile "{here}/tinyproxy.pid"
MaxClients 20
Allow 127.0.0.1
{login}
"""


class Program:
    """A proxy as a process."""

    def __init__(self, command, port):
        self.port = port
        self.process = spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: is_listening(port), f"{command[0]} listens")

    def stop(self):
        if self.process.poll() is None:
            end(self.process)


class SocketFile:
    """A socket on this machine that leads to a port, as ssh -L or a sidecar would make it."""

    def __init__(self, path, port):
        self.path, self.port, self.accepted = path, port, 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        try:
            while True:
                near = self._listener.accept()[0]
                self.accepted += 1
                far = socket.create_connection(("127.0.0.1", self.port))
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()
        except OSError:
            pass

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def proxies(tmp_path):
    started = []

    def start(kind, *, login=False, port_behind=0):
        if kind == "unix":
            started.append(SocketFile(tmp_path / "tunnel", port_behind))
            return {"url": f"unix://{started[-1].path}"}
        port, words = free_port(), ["me", CANARY] if login else []
        if kind == "http":
            config = tmp_path / "tinyproxy.conf"
            config.write_text(TINYPROXY.format(
                port=port, here=tmp_path, log=tmp_path / "tinyproxy.log",
                login="BasicAuth " + " ".join(words) if login else ""))
            command = ["/usr/bin/tinyproxy", "-d", "-c", config]
        else:
            command = ["/usr/bin/microsocks", "-i", "127.0.0.1", "-p", str(port)]
            command += ["-u", *words[:1], "-P", *words[1:]] if login else []
        started.append(Program(command, port))
        return {"url": f"{kind}://127.0.0.1:{port}"}
    start.started = started
    yield start
    for one in started:
        one.stop()


def connect(world, server, proxy, **settings):
    scheme = "wss" if server.ssl else "ws"
    return world.daemon(world.config({"a": {
        "url": f"{scheme}://localhost:{server.port}/", "proxy": proxy, **settings}}))


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("kind", [pytest.param("http", marks=pytest.mark.quick), "socks5", "unix"])
def test_messages_go_through(world, proxies, authority, server_files, kind, secure):
    server = world.server(ssl=certificates.server_context(server_files) if secure else None)
    proxy = proxies(kind, port_behind=server.port)
    connect(world, server, proxy, tls={"ca_file": str(authority.ca_file)})
    world.ready("a")
    for payload in ("hello", "x" * (1 << 20)):
        world.send("a", payload)
        world.wait_received("a", payload)
    state = world.state("a")
    assert state["proxy"] == proxy["url"] and bool(state["tls"]) == secure
    # It is the proxy that carries it: without it the connection is gone.
    if kind != "unix":
        proxies.started[-1].stop()
        world.watch.wait("wsrelay/a/availability", "offline")
        world.watch.wait_document("wsrelay/a/state", lambda found: (
            found["last_error"]["phase"] == "connecting"
            and proxy["url"] in found["last_error"]["message"]))
    else:
        assert proxies.started[-1].accepted == 1


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_login_opens_the_way(world, proxies, kind):
    world.canaries.append(CANARY)
    server = world.server()
    proxy = proxies(kind, login=True)
    place = world.directory / "credentials"
    place.mkdir()
    (place / "proxy").write_text(CANARY)
    (place / "proxy").chmod(0o600)
    world.daemon(world.config({"a": {
        "url": f"ws://localhost:{server.port}/",
        "proxy": {**proxy, "user": "me", "password": {"credential": "proxy"}}}}),
        CREDENTIALS_DIRECTORY=str(place))
    world.ready("a")
    world.send("a", "hello")
    world.wait_received("a", "hello")


# tinyproxy answers 407 only where no login came.
@pytest.mark.parametrize("kind, status", [("http", 401), ("socks5", None)])
def test_a_wrong_login_is_an_error_of_the_proxy(world, proxies, kind, status):
    server = world.server()
    proxy = proxies(kind, login=True)
    world.daemon(world.config({"a": {
        "url": f"ws://localhost:{server.port}/",
        "proxy": {**proxy, "user": "me", "password": {"env": "PROXY_PASSWORD"}}}}),
        PROXY_PASSWORD="wrong")
    error = world.wait_error("a", "proxy")
    assert (error["phase"], error["http_status"]) == ("proxy", status)
    assert server.accepted == 0


def test_a_rule_may_speak_of_the_proxy(world, proxies):
    server = world.server()
    connect(world, server, proxies("http", login=True),
            reconnect={"rules": [{"http": 407, "phase": "proxy", "do": "fail"}]})
    world.watch.wait_document("wsrelay/a/state", lambda found: found["state"] == "failed")


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_server_that_the_proxy_cannot_reach_is_told_apart(world, proxies, kind):
    world.daemon(world.config({"a": {"url": f"ws://127.0.0.1:{free_port()}/",
                                     "proxy": proxies(kind)}}))
    world.wait_error("a", "proxy")


def test_a_proxy_that_never_answers_times_out(world):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        world.daemon(world.config({"a": {
            "url": "wss://nowhere.invalid/",
            "proxy": {"url": f"http://127.0.0.1:{mute.getsockname()[1]}"},
            "timeouts": {"proxy": "300ms"}}}))
        assert world.wait_error("a", "timeout")["phase"] == "proxy"
