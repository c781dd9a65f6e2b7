"""What goes into the upgrade, and where it leads: logins, names, redirects; the events of it."""
import base64

import pytest

from support.processes import wait_for

CANARY = "canary-b4sic"


def url_of(server, path="/"):
    return f"ws://127.0.0.1:{server.port}{path}"


@pytest.mark.quick
def test_basic_auth_is_sent_and_never_shown(world, tmp_path):
    world.canaries += [CANARY, base64.b64encode(f"me:{CANARY}".encode()).decode()]
    password = tmp_path / "password"
    password.write_text(CANARY)
    password.chmod(0o600)
    server = world.server()
    world.daemon(world.config({"a": {"url": url_of(server), "auth": {"basic": {
        "user": "me", "password": {"file": str(password)}}}}}, log={"level": "debug"}))
    world.ready("a")
    sent = server.connections[0].request.headers["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == f"me:{CANARY}"


def test_the_user_agent_can_be_chosen(world):
    server = world.server()
    world.daemon(world.config({"a": {"url": url_of(server), "user_agent": "relay/1 (hall)"},
                               "b": url_of(server, "/b")}))
    world.ready("a", "b")
    agents = {one.request.path: one.request.headers["User-Agent"] for one in server.connections}
    assert agents["/"] == "relay/1 (hall)" and agents["/b"].startswith("wsrelayd/")


def test_the_connection_leaves_from_where_it_is_told(world):
    server = world.server()
    world.daemon(world.config({"a": {"url": url_of(server), "tcp": {
        "bind_address": "127.0.0.2", "bind_interface": "lo"}}}))
    world.ready("a")
    assert server.connections[0].writer.get_extra_info("peername")[0] == "127.0.0.2"


def test_a_server_without_the_required_subprotocol_is_refused(world):
    server = world.server(subprotocols=[])
    world.daemon(world.config({"a": {"url": url_of(server), "subprotocols": ["v2"],
                                     "subprotocol_required": True}}))
    world.wait_error("a", "protocol")
    assert not world.watch.payloads("wsrelay/a/event/connected")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_without_the_login(world, status):
    target = world.server()
    server = world.server(
        refuse=lambda _: (status, {"Location": f"http://127.0.0.1:{target.port}/there?x=1"}))
    world.daemon(world.config({"a": {
        "url": url_of(server), "follow_redirects": True,
        "headers": {"X-Kind": "plain"},
        "auth": {"basic": {"user": "me", "password": {"env": "PASSWORD"}}}}}), PASSWORD=CANARY)
    world.ready("a")
    request = target.connections[0].request
    assert request.path == "/there?x=1" and request.headers["X-Kind"] == "plain"
    assert "Authorization" not in request.headers
    target.connections[0].close(4000, "")
    wait_for(lambda: len(target.connections) == 2, "it comes again")
    assert server.accepted == 2, "by the address that is set"


def test_a_redirect_is_an_error_where_none_is_followed(world):
    target = world.server()
    server = world.server(refuse=lambda _: (302, {"Location": f"http://127.0.0.1:{target.port}/"}))
    world.daemon({"a": url_of(server)})
    assert world.wait_error("a", "http")["http_status"] == 302
    assert target.accepted == 0


def test_redirects_in_a_circle_end(world):
    server = world.server(refuse=lambda _: (302, {"Location": "/"}))
    world.daemon(world.config({"a": {"url": url_of(server), "follow_redirects": True}}))
    wait_for(lambda: world.state("a").get("last_error"), "an error")
    assert server.accepted <= 12


def test_the_events_of_a_life_come_in_order(world):
    server = world.server()
    daemon = world.daemon({"a": url_of(server)})
    world.ready("a")
    server.connections[0].close(4000, "enough")
    wait_for(lambda: len(server.connections) == 2, "it connects again")
    world.ready("a")
    assert daemon.stop() == 0
    world.watch.catch_up()
    told = [topic.removeprefix("wsrelay/a/event/") for topic, _, _ in world.watch.seen
            if topic.startswith("wsrelay/a/event/")]
    assert told == ["begin", "connecting", "headers", "connected", "closed", "disconnected",
                    "error", "connecting", "headers", "connected", "closed", "disconnected",
                    "finish"]
    headers = world.watch.documents("wsrelay/a/event/headers")[0]
    assert headers["http_status"] == 101 and "Sec-WebSocket-Accept" in headers["headers"]
