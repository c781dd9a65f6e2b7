"""Whom the daemon trusts. What it refuses gets no byte of ours, and the state says why."""
import certificates
import pytest

from support.processes import wait_for


def connect(world, files, tls, host="localhost"):
    server = world.server(ssl=certificates.server_context(files))
    world.daemon({"secure": {"url": f"wss://{host}:{server.port}/", "tls": tls}})
    return server


@pytest.mark.quick
def test_a_trusted_server_is_ready_and_described(world, authority, server_files):
    connect(world, server_files, {"ca_file": str(authority.ca_file)})
    world.ready("secure")
    tls = world.state("secure")["tls"]
    assert tls["version"] == "TLS1.3"
    assert tls["cipher"] and tls["not_after"] and "localhost" in tls["peer"]


@pytest.mark.quick
@pytest.mark.parametrize("case, words", [
    ("another CA", "issuer"), ("another name", "other.example"), ("expired", "expired"),
    ("self-signed", ""), ("address not in the certificate", "127.0.0.1")])
def test_refused(world, authority, server_files, tmp_path, case, words):
    files, trust, host = server_files, authority.ca_file, "localhost"
    if case == "another CA":
        trust = certificates.Authority(tmp_path / "strangers", "Strangers").ca_file
    elif case == "another name":
        files = authority.issue("other", "DNS:other.example")
    elif case == "expired":
        files = authority.issue("late", days=-1)
    elif case == "self-signed":
        files = certificates.self_signed(tmp_path)
    else:
        files, host = authority.issue("nameonly", "DNS:localhost"), "127.0.0.1"
    server = connect(world, files, {"ca_file": str(trust)}, host)
    error = world.wait_error("secure", "tls")
    assert words in error["message"], error
    assert error["tls"] or error["tls_verify"], error
    assert server.connections == []
    assert world.watch.latest("wsrelay/secure/availability") == b"offline"


@pytest.mark.parametrize("verify, alternatives, trusted", [
    ("chain", "DNS:other.example", True), ("none", "DNS:other.example", False)])
def test_less_is_checked_if_told_so(world, authority, tmp_path, verify, alternatives, trusted):
    files = authority.issue("loose", alternatives)
    stranger = certificates.Authority(tmp_path / "strangers").ca_file
    connect(world, files, {"verify": verify,
                           "ca_file": str(authority.ca_file if trusted else stranger)})
    world.ready("secure")


def test_another_name_is_asked_for_if_told_so(world, authority):
    connect(world, authority.issue("named", "DNS:named.example"),
            {"ca_file": str(authority.ca_file), "server_name": "named.example"})
    world.ready("secure")


@pytest.mark.parametrize("name, fits", [("named.example", True), ("other.example", False)])
def test_the_certificate_may_name_another_than_is_asked_for(world, authority, name, fits):
    asked = []
    context = certificates.server_context(authority.issue("apart", "DNS:named.example"))
    context.sni_callback = lambda _socket, asked_for, _context: asked.append(asked_for)
    server = world.server(ssl=context)
    world.daemon({"secure": {"url": f"wss://localhost:{server.port}/", "tls": {
        "ca_file": str(authority.ca_file), "verify_name": name}}})
    if fits:
        world.ready("secure")
    else:
        world.wait_error("secure", "tls")
        assert server.connections == []
    assert asked[0] == "localhost"


def test_without_a_ca_file_the_systems_issuers_count(world, server_files):
    server = connect(world, server_files, {})
    world.wait_error("secure", "tls")
    assert server.connections == []


def test_a_server_that_speaks_no_tls_is_refused(world):
    server = world.server()
    world.daemon({"secure": f"wss://localhost:{server.port}/"})
    assert world.wait_error("secure", "tls")["message"]


def test_a_tls_server_behind_ws_is_refused(world, server_files):
    server = world.server(ssl=certificates.server_context(server_files))
    world.daemon({"plain": f"ws://localhost:{server.port}/"})
    wait_for(lambda: (world.state("plain").get("last_error") or {}).get("message"), "an error")
    assert world.state("plain")["state"] != "ready"


def test_a_broker_behind_tls(world, authority, server_files):
    certificate, key = server_files
    from support.broker import Broker
    broker = Broker(world.directory / "secure-broker",
                    lines=[f"cafile {authority.ca_file}", f"certfile {certificate}",
                           f"keyfile {key}"]).start()
    server = world.server()
    config = world.config({"echo": f"ws://127.0.0.1:{server.port}/"},
                          mqtt={"url": f"mqtts://localhost:{broker.port}",
                                "tls": {"ca_file": str(authority.ca_file)}})
    try:
        daemon = world.daemon(config)
        wait_for(lambda: any("connected" in line for line in daemon.notifications.seen
                             if line.startswith("STATUS=")), "the broker is connected")
        wait_for(lambda: server.connections, "the server is connected")
        assert daemon.stop() == 0
    finally:
        broker.stop()


def test_a_broker_that_is_not_trusted_gets_no_login(world, server_files, tmp_path):
    certificate, key = server_files
    from support.broker import Broker
    stranger = certificates.Authority(tmp_path / "strangers").ca_file
    broker = Broker(world.directory / "secure-broker",
                    lines=[f"certfile {certificate}", f"keyfile {key}"]).start()
    config = world.config({}, mqtt={"url": f"mqtts://localhost:{broker.port}",
                                    "tls": {"ca_file": str(stranger)}})
    try:
        daemon = world.daemon(config)
        wait_for(lambda: "broker: unreachable: issuer not found" in daemon.output(),
                 lambda: f"the refusal is in the log: {daemon.output()}")
        assert "wsrelayd-test" not in (broker.directory / "mosquitto.log").read_text()
    finally:
        broker.stop()
