"""Whole conversations of the library with servers of other makers: every message arrives identical
and in order, what was agreed is what the other side says, and the end is a clean one."""
import concurrent.futures
import itertools

import pytest

from support.ws_peers import COMMANDS, Peer, Proxy, converse

KEEPS = {"server_no_context_takeover": False, "client_no_context_takeover": False,
         "server_max_window_bits": None, "client_max_window_bits": None}
BITS = range(9, 16)

# What repeats after more bytes than a window holds tells windows apart.
SAYS = [["text", 9000, 0, 0], ["binary", 1100, 500, 0], ["text", 0, 0, 0], ["text", 5000, 0, 700],
        ["binary", 6100, 3000, 1000], ["binary", 42_000, 20_000, 0], ["binary", 300, 300, 0]]
SCRIPT = ["text 9000", "binary 1100 500", "text 0", "text 5000 700", "binary 6100 3000 1000",
          "binary 42000 20000", "binary 300 300"]
CLOSE = ["await 14 0", "close 1000 enough"]


@pytest.fixture(scope="module", params=COMMANDS)
def peer(request):
    peer = Peer(request.param)
    yield peer
    peer.stop()


def without_parts(digests):
    return [{key: value for key, value in each.items() if key != "parts"} for each in digests]


def check_messages(ours, theirs):
    """What we said came to the peer; to us came what the peer said, and then our own words again."""
    for side in (ours, theirs):
        assert "error" not in side or side["error"].startswith("server_close"), side["error"]
    sent, received = without_parts(ours["sent"]), without_parts(ours["received"])
    assert theirs["heard"] == sent
    assert received == theirs["said"] + sent


def check_close(ours, theirs, code, reason, by):
    assert ours["close"] == {"code": code, "reason": reason, "clean": True, "by": by}
    assert theirs["close"] == {"code": code, "reason": reason if by == "us" else ""}


def check_agreement(ours, theirs):
    """Our words for it (the answer's header) are the peer's."""
    name, *parameters = ours["extensions"].split("; ")
    assert name == "permessage-deflate"
    said = {key: int(value) if value else True
            for key, _, value in (each.partition("=") for each in parameters)}
    silent = {"server_no_context_takeover": False, "client_no_context_takeover": False,
              "server_max_window_bits": 15, "client_max_window_bits": 15}
    assert {**silent, **said} == theirs["agreed"]
    return theirs["agreed"]


def converse_compressed(peer, deflate, *options):
    ours, theirs = converse(peer, SCRIPT + CLOSE, ["--deflate", "required", *options],
                            deflate=deflate, say=SAYS)
    check_messages(ours, theirs)
    check_close(ours, theirs, 1000, "enough", "us")
    assert ours["sent_wire"] < ours["sent_plain"] and ours["received_wire"] < ours["received_plain"]
    return check_agreement(ours, theirs)


def in_pairs(function, cases):
    """Two at a time, as many as there are cores."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(function, *case) for case in cases]:
            done.result()


# ---- compression ---------------------------------------------------------------------------------

@pytest.mark.parametrize("server_forgets, client_forgets", itertools.product([False, True], repeat=2))
def test_whatever_the_server_chooses(peer, server_forgets, client_forgets):
    def choose(server_bits, client_bits):
        chosen = {"server_no_context_takeover": server_forgets,
                  "client_no_context_takeover": client_forgets,
                  "server_max_window_bits": server_bits, "client_max_window_bits": client_bits}
        assert converse_compressed(peer, chosen, "--server-bits", 15, "--client-bits", 15) == chosen
    in_pairs(choose, itertools.product(BITS, BITS))


def test_whatever_we_ask_for(peer):
    def ask(server_forgets, client_forgets, server_bits):
        options = ["--server-forgets"] * server_forgets + ["--client-forgets"] * client_forgets
        agreed = converse_compressed(peer, KEEPS, *options, "--server-bits", server_bits)
        assert agreed["server_no_context_takeover"] == server_forgets
        assert agreed["client_no_context_takeover"] == client_forgets
        assert agreed["server_max_window_bits"] == server_bits
    in_pairs(ask, itertools.product([False, True], [False, True], BITS))


@pytest.mark.parametrize("bits", BITS)
def test_a_window_of_our_own_is_smaller_than_agreed(peer, bits):
    converse_compressed(peer, KEEPS, "--client-bits", bits)


@pytest.mark.parametrize("ours, theirs", [("off", KEEPS), ("on", None), ("off", None)])
def test_without_compression(peer, ours, theirs):
    we, they = converse(peer, SCRIPT + CLOSE, ["--deflate", ours], deflate=theirs, say=SAYS)
    check_messages(we, they)
    assert we["extensions"] == "" and they["agreed"] is None and we["sent_wire"] == 0


# ---- messages ------------------------------------------------------------------------------------

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]


@pytest.mark.quick
@pytest.mark.parametrize("deflate", [None, KEEPS], ids=["plain", "compressed"])
@pytest.mark.parametrize("told", ["messages", "frames", "chunks"])
def test_every_size_both_ways(peer, told, deflate):
    script = [line for size in SIZES for line in (f"text {size}", f"binary {size} {size}")]
    say = [row for size in SIZES for row in (["text", size, 0, 0], ["binary", size, size, 0])]
    ours, theirs = converse(peer, [*script, f"await {4 * len(SIZES)} 0", "close 1000"],
                            ["--receiving", told], deflate=deflate, say=say)
    check_messages(ours, theirs)
    parts = {each["size"]: each["parts"] for each in ours["received"]}
    assert parts[300_000] == (19 if told == "chunks" else 1)


@pytest.mark.parametrize("told", ["messages", "frames", "chunks"])
@pytest.mark.parametrize("fragment", [1, 100, 16_384])
@pytest.mark.parametrize("deflate", [None, KEEPS], ids=["plain", "compressed"])
def test_fragments_both_ways(peer, told, fragment, deflate):
    sizes = [size for size in (2, 200, 40_000) if size <= 200 * fragment]
    script = [line for size in sizes
              for line in (f"text {size} {fragment}", f"binary {size} {size} {fragment}")]
    say = [row for size in sizes
           for row in (["text", size, 0, fragment], ["binary", size, size, fragment])]
    ours, theirs = converse(peer, [*script, f"await {4 * len(sizes)} 0", "close 1000"],
                            ["--receiving", told], deflate=deflate, say=say, echo=fragment)
    check_messages(ours, theirs)
    assert told != "frames" or max(each["parts"] for each in ours["received"]) > 1


@pytest.mark.parametrize("deflate", [None, KEEPS], ids=["plain", "compressed"])
def test_messages_are_handed_out_when_there_is_room(peer, deflate):
    ours, theirs = converse(peer, [*["binary 50000 700"] * 60, "await 60 0", "close 1000"],
                            ["--pull"], deflate=deflate)
    check_messages(ours, theirs)
    assert len(ours["received"]) == 60


@pytest.mark.quick
def test_pings_both_ways(peer):
    script = ["ping one", "text 3000 1000", "ping two", "pong unasked", "await 3 2", "close 1000"]
    ours, theirs = converse(peer, script, deflate=KEEPS, say=[["text", 9000, 0, 1000]] * 2,
                            ping="theirs")
    check_messages(ours, theirs)
    assert ours["pings"] == ["theirs"] and ours["pongs"] == ["one", "two"]
    assert "theirs" in theirs["ponged"]


# ---- the end -------------------------------------------------------------------------------------

ENDS = [(1000, ""), (1000, "bis-bald"), (1001, "größer"), (1003, "x" * 123), (1008, ""), (1011, "oh"),
        (3000, "registered"), (4000, ""), (4999, "€")]


@pytest.mark.parametrize("code, reason", ENDS, ids=lambda value: "long" if value == "x" * 123 else None)
def test_we_close(peer, code, reason):
    ours, theirs = converse(peer, ["text 10", "await 1 0", f"close {code} {reason}"])
    check_messages(ours, theirs)
    check_close(ours, theirs, code, reason, "us")


@pytest.mark.parametrize("code, reason", ENDS, ids=lambda value: "long" if value == "x" * 123 else None)
def test_the_server_closes(peer, code, reason):
    ours, theirs = converse(peer, ["text 10"], close=[1, code, reason])
    check_messages(ours, theirs)
    # Our answer has its code and no reason.
    check_close(ours, theirs, code, reason, "server")


def test_the_server_closes_without_a_code():
    peer = Peer("node-ws")
    ours, theirs = converse(peer, ["text 10"], close=[1, None, ""])
    peer.stop()
    check_close(ours, theirs, 1005, "", "server")


# ---- through proxies -----------------------------------------------------------------------------

@pytest.fixture(scope="module", params=["nginx", "haproxy"])
def proxy(request, tmp_path_factory, server_files):
    proxy = Proxy(request.param, tmp_path_factory.mktemp(request.param), server_files)
    yield proxy
    proxy.stop()


@pytest.mark.parametrize("scheme", ["ws", pytest.param("wss", marks=pytest.mark.quick)])
@pytest.mark.parametrize("deflate", [None, KEEPS], ids=["plain", "compressed"])
def test_through_a_proxy(peer, proxy, authority, scheme, deflate):
    options = ["--ca", authority.ca_file, "--deflate", "on"]
    script = [*SCRIPT, "binary 300000 300000", "ping through", "await 15 1", "close 4321 through"]
    ours, theirs = converse(peer, script, options, by=getattr(proxy, scheme), deflate=deflate,
                            say=SAYS, ping="back")
    check_messages(ours, theirs)
    check_close(ours, theirs, 4321, "through", "us")
    assert ours["pings"] == ["back"] and ours["pongs"] == ["through"]
    if deflate:
        check_agreement(ours, theirs)


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_close_comes_through_a_proxy(peer, proxy, authority, scheme):
    ours, theirs = converse(peer, ["text 10"], ["--ca", authority.ca_file],
                            by=getattr(proxy, scheme), close=[1, 4001, "behind the proxy"])
    check_close(ours, theirs, 4001, "behind the proxy", "server")
