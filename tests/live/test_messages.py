"""Messages of every length, both kinds, both ways, byte for byte, with servers of other makers."""
import random

import pytest

from support.processes import wait_for

SIZES = [0, 1, 125, 126, 65535, 65536, 1 << 20]
PEERS = ["python", "python-tls-deflate", "node", "nginx"]
OPCODE_TOPIC = "{{base}}/{{instance}}/recv/{{opcode}}"


@pytest.fixture(scope="module")
def relayed(shared_world, authority, server_files, node_port, nginx_port):
    """One daemon connected to all of them; the topic tells which kind came back."""
    import certificates
    world, trust = shared_world, {"ca_file": str(authority.ca_file)}
    plain = world.server()
    secure = world.server(ssl=certificates.server_context(server_files), deflate=True)
    config = world.config({
        "python": f"ws://127.0.0.1:{plain.port}/",
        "python-tls-deflate": {"url": f"wss://localhost:{secure.port}/", "tls": trust},
        "node": f"ws://127.0.0.1:{node_port}/",
        "nginx": {"url": f"wss://127.0.0.1:{nginx_port}/", "tls": trust},
    })
    config["defaults"]["publish"] = [{"topic": OPCODE_TOPIC, "qos": 1}]
    world.daemon(config)
    world.ready(*PEERS)
    return world


def text_of(size, seed):
    """Valid UTF-8 of exactly so many bytes, with characters of one to four of them."""
    chance, parts, length = random.Random(seed), [], 0
    while length < size:
        one = chance.choice("aZ~éß→語𝄞😀").encode()
        if length + len(one) <= size:
            parts.append(one)
            length += len(one)
    return b"".join(parts)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["text", "binary"])
@pytest.mark.parametrize("peer", PEERS)
def test_comes_back_as_it_was(relayed, peer, kind, size):
    payload = text_of(size, size) if kind == "text" else random.Random(size).randbytes(size)
    topic = f"wsrelay/{peer}/recv/{kind}"
    before = len(relayed.watch.payloads(topic))
    relayed.send(peer, payload, f"send/{kind}")
    wait_for(lambda: len(relayed.watch.payloads(topic)) > before, f"an answer on {topic}")
    assert relayed.watch.payloads(topic)[before:] == [payload]


@pytest.mark.quick
@pytest.mark.parametrize("payload, kind", [(b"plain", "text"), ("grüße".encode(), "text"),
                                           (b"\xff\xfe", "binary"), (b"\xed\xa0\x80", "binary")])
def test_send_is_text_if_it_is_utf8(world, payload, kind):
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    world.send("echo", payload, "send")
    world.wait_received("echo", payload)
    assert [seen for seen, _ in server.connections[0].seen if seen in ("text", "binary")] == [kind]


@pytest.mark.quick
def test_order_is_kept_both_ways(world):
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    lines = [f"{number}" for number in range(500)]
    import subprocess
    subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(world.broker.port), "-q", "1",
                    "-t", "wsrelay/echo/send", "-l"], input="\n".join(lines).encode(), check=True,
                   timeout=20)
    wait_for(lambda: len(world.received("echo")) >= 500, "500 messages")
    assert [one.decode() for one in world.received("echo")] == lines
    assert server.connections[0].messages() == lines


def test_a_message_nobody_asked_for_arrives(world):
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    world.send("echo", "Trigger async")
    world.wait_received("echo", "Async data")


def test_text_that_is_not_utf8_is_not_sent(world):
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    world.send("echo", b"\xff", "send/text")
    world.send("echo", "after")
    world.wait_received("echo", "after")
    assert server.connections[0].messages() == ["after"]
    assert len(server.connections) == 1


@pytest.mark.quick
def test_retained_commands_are_never_sent(world):
    server = world.server()
    world.broker.publish("wsrelay/echo/send", "stale", retain=True)
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    world.send("echo", "fresh")
    world.wait_received("echo", "fresh")
    assert server.connections[0].messages() == ["fresh"]


def test_a_live_publication_with_the_retain_flag_is_a_command_like_any_other(world):
    server = world.server()
    world.daemon({"echo": f"ws://127.0.0.1:{server.port}/"})
    world.ready("echo")
    world.send("echo", "now", retain=True)
    world.wait_received("echo", "now")


def test_deliver_rules_subscribe_to_what_they_name(world):
    server = world.server()
    world.daemon(world.config({"echo": {"url": f"ws://127.0.0.1:{server.port}/", "deliver": [
        {"topic": "orders/+/new", "as": "binary"}]}}))
    world.ready("echo")
    world.broker.publish("orders/7/new", "seven")
    world.wait_received("echo", "seven")
    assert server.connections[0].seen[0] == ("binary", b"seven")


def test_subprotocol_is_agreed(world):
    server = world.server(subprotocols=["v2.json"])
    world.daemon({"echo": {"url": f"ws://127.0.0.1:{server.port}/",
                           "subprotocols": ["v3.json", "v2.json"]}})
    world.ready("echo")
    assert world.state("echo")["subprotocol"] == "v2.json"


def test_headers_are_sent(world):
    server = world.server()
    world.daemon({"echo": {"url": f"ws://127.0.0.1:{server.port}/a?b=c",
                           "headers": {"X-Colour": "green"}}})
    world.ready("echo")
    request = server.connections[0].request
    assert (request.path, request.headers["X-Colour"]) == ("/a?b=c", "green")
