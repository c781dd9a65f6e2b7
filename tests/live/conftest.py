"""What the live tests stand on: a broker, servers and the daemon, each test with its own."""
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "packaging" / "peer")]

import certificates  # noqa: E402
import ws_server  # noqa: E402
from support.broker import Broker, Watch  # noqa: E402
from support.daemon import PROGRAM, Daemon  # noqa: E402
from support.processes import end, free_port, is_listening, spawn, wait_for  # noqa: E402

FAST = {"first": "50ms", "max": "200ms", "stable_after": "1s"}


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also build and check the package")


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: one of the handful for tests/run --quick")
    config.addinivalue_line("markers", "long: only with --long")
    # An end from outside is an orderly end: fixtures are torn down.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))


def pytest_collection_modifyitems(config, items):
    if not PROGRAM.exists():
        pytest.exit(f"no daemon to test at {PROGRAM} (WSRELAYD names another)", returncode=3)
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="only with tests/run --long"))


class World:
    """A broker, a watch on it, servers and daemons; all ended at the end, the books checked."""

    def __init__(self, directory, broker_lines=()):
        self.directory, self._started = directory, []
        self.broker = Broker(directory / "broker", lines=broker_lines).start()
        self.watch = Watch(self.broker)
        self.canaries = []  # must not stand in any output

    def server(self, on_event=ws_server.echo, **options):
        server = ws_server.Server(on_event, **options).start()
        self._started.append(server.stop)
        return server

    def config(self, instances, **more):
        """`instances`: name → settings or URL. Quick to reconnect, everything at QoS 1."""
        blocks = {name: {"url": one} if isinstance(one, str) else one
                  for name, one in instances.items()}
        mqtt = {"url": self.broker.url, "client_id": "wsrelayd-test", "reconnect": {"delay": FAST}}
        return {"mqtt": {**mqtt, **more.pop("mqtt", {})},
                "defaults": {"reconnect": {"delay": FAST},
                             "publish": [{"topic": "{{base}}/{{instance}}/recv", "qos": 1}]},
                "instances": blocks, **more}

    def daemon(self, config, start=True, **environment):
        if "instances" not in config:
            config = self.config(config)
        daemon = Daemon(self.directory / f"daemon{len(self._started)}", config, **environment)
        self._started.append(lambda: self._finish(daemon))
        return daemon.start() if start else daemon

    def ready(self, *names):
        for name in names:
            self.watch.wait_document(f"wsrelay/{name}/state", lambda state: state["state"] == "ready")
            self.watch.wait(f"wsrelay/{name}/availability", "online")

    def state(self, name):
        return self.watch.document(f"wsrelay/{name}/state")

    def wait_error(self, name, kind):
        found = self.watch.wait_document(
            f"wsrelay/{name}/state", lambda state: (state["last_error"] or {}).get("type") == kind)
        return found["last_error"]

    def send(self, name, payload, kind="send/text", **options):
        self.broker.publish(f"wsrelay/{name}/{kind}", payload, **options)

    def received(self, name):
        return self.watch.payloads(f"wsrelay/{name}/recv")

    def wait_received(self, name, payload):
        payload = payload.encode() if isinstance(payload, str) else payload
        wait_for(lambda: payload in self.received(name), f"{payload[:60]} on recv")

    def _finish(self, daemon):
        if daemon.is_alive():
            assert daemon.stop() == 0, daemon.output()
        output = daemon.output()
        assert "Sanitizer" not in output and "runtime error" not in output, output
        for canary in self.canaries:
            assert canary not in output, f"a secret stands in the log: {output}"

    def books(self):
        """Conservation, in every statistics document that was published."""
        for topic, payload, _ in list(self.watch.seen):
            if not topic.endswith("/stats") or not payload:
                continue
            for way in ("publish", "deliver"):
                lane = json.loads(payload)[way]
                assert lane["received"] == (lane["delivered"] + lane["queued"] +
                                            sum(lane["dropped"].values())), (topic, lane)

    def _see_the_end(self):
        """The last documents of daemons that stopped are at the broker; here, too, then."""
        self.watch.catch_up()

    def close(self):
        problems = []
        for stop in [*reversed(self._started), self._see_the_end, self.watch.stop, self.broker.stop]:
            try:
                stop()
            except AssertionError as problem:
                problems.append(problem)
        self.books()
        for canary in self.canaries:
            for topic, payload, _ in self.watch.seen:
                assert canary.encode() not in payload, f"a secret stands in {topic}"
        if problems:
            raise problems[0]


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory):
    """One for all rows of a table that leave no trace behind."""
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server_files(authority):
    return authority.issue("localhost")


@pytest.fixture(scope="session")
def node_port():
    """node-ws, an echo."""
    environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}
    process = spawn(["/usr/bin/node", HERE / "peers" / "node_ws.js", "deflate"], env=environment,
                    stdout=subprocess.PIPE)
    yield json.loads(process.stdout.readline())["port"]
    process.stdout.close()
    end(process)


NGINX = """
{user}
pid {here}/nginx.pid;
error_log {here}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {here}/body; proxy_temp_path {here}/proxy; fastcgi_temp_path {here}/fastcgi;
  uwsgi_temp_path {here}/uwsgi; scgi_temp_path {here}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_set_header Host $host;
    }}
  }}
}}
"""


@pytest.fixture(scope="session")
def nginx_port(tmp_path_factory, server_files):
    """nginx ends TLS in front of an echo."""
    here, port = tmp_path_factory.mktemp("nginx"), free_port()
    upstream = ws_server.Server(ws_server.echo).start()
    certificate, key = server_files
    config = here / "nginx.conf"
    config.write_text(NGINX.format(here=here, port=port, upstream=upstream.port, key=key,
                                   certificate=certificate,
                                   user="user root;" if os.geteuid() == 0 else ""))
    process = spawn(["/usr/sbin/nginx", "-p", here, "-c", config, "-e", here / "error.log",
                     "-g", "daemon off; master_process off;"])
    wait_for(lambda: is_listening(port), "nginx listens")
    yield port
    end(process)
    upstream.stop()
