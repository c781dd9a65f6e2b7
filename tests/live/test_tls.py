"""Whom the daemon trusts. What it refuses gets no byte of ours, and the state says why."""
import shutil

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


# ---- our own certificate

def with_login(world, authority, server_files, tls):
    """A server that asks who comes; `shown` is what it saw, connection by connection."""
    context = certificates.server_context(server_files, clients=authority.ca_file)
    server = world.server(ssl=context)
    daemon = world.daemon({"secure": {"url": f"wss://localhost:{server.port}/", "tls": {
        "ca_file": str(authority.ca_file), **tls}}})
    return server, daemon


def shown(server):
    return [dict(pair[0] for pair in one.certificate["subject"])["commonName"]
            for one in server.connections]


@pytest.mark.quick
@pytest.mark.parametrize("traditional", [False, True])
def test_a_key_with_a_password_opens(world, authority, server_files, tmp_path, traditional):
    world.canaries.append("canary-b1rd")
    certificate, key = authority.issue(f"login{traditional}", usage="clientAuth")
    closed = certificates.encrypted(key, "canary-b1rd", traditional=traditional)
    password = tmp_path / "password"
    password.write_text("another")
    password.chmod(0o600)
    server, _ = with_login(world, authority, server_files, {
        "cert_file": str(certificate), "key_file": str(closed),
        "key_password": {"file": str(password)}})
    error = world.wait_error("secure", "tls")
    assert f"the key_password from {password} does not open" in error["message"], error
    password.write_text("canary-b1rd")
    world.ready("secure")
    assert shown(server) == [f"login{traditional}"]


def test_a_key_with_a_password_wants_it(world, authority, server_files):
    certificate, key = authority.issue("closed", usage="clientAuth")
    server, _ = with_login(world, authority, server_files, {
        "cert_file": str(certificate),
        "key_file": str(certificates.encrypted(key, "canary-b1rd"))})
    assert "is encrypted" in world.wait_error("secure", "tls")["message"]
    assert server.connections == []


def test_a_renewed_certificate_counts_at_the_next_attempt_without_a_reload(
        world, authority, server_files, tmp_path):
    place = {"cert_file": tmp_path / "client.pem", "key_file": tmp_path / "client.key"}
    first = authority.issue("first", usage="clientAuth")
    second = authority.issue("second", usage="clientAuth")
    for source, target in zip(first, place.values()):
        shutil.copyfile(source, target)
    server, daemon = with_login(world, authority, server_files,
                                {name: str(path) for name, path in place.items()})
    world.ready("secure")
    shutil.copyfile(second[0], place["cert_file"])  # its key is still on its way
    server.connections[0].close(4000, "again")
    wait_for(lambda: len(server.connections) == 2, "it connects again, as before")
    wait_for(lambda: "the old certificates stay in use" in daemon.output(), "a word in the log")
    shutil.copyfile(second[1], place["key_file"])
    server.connections[1].close(4000, "again")
    wait_for(lambda: len(server.connections) == 3, "it connects again")
    assert shown(server) == ["first", "first", "second"]
    assert daemon.output().count("the old certificates stay in use") == 1


def test_a_renewed_issuer_counts_at_the_next_attempt_without_a_reload(
        world, authority, server_files, tmp_path):
    stranger = certificates.Authority(tmp_path / "strangers")
    trusted = tmp_path / "trusted.pem"
    shutil.copyfile(stranger.ca_file, trusted)
    server = connect(world, server_files, {"ca_file": str(trusted)})
    world.wait_error("secure", "tls")
    assert server.connections == []
    shutil.copyfile(authority.ca_file, trusted)
    world.ready("secure")
