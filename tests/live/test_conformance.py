"""The client against a server that tests clients, case by case; and that server against clients
with flaws, for a judge who cannot fail anybody proves nothing."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

import ws_server
from support.daemon import PROGRAM
from support.processes import end, free_port, spawn

SERVER = pathlib.Path(__file__).resolve().parent.parent / "conformance" / "server"
sys.path.append(str(SERVER))

from flawed_client import FlawedClient  # noqa: E402

CLIENT = pathlib.Path(os.environ.get("WSRELAY_CONFORMANCE_CLIENT",
                                     PROGRAM.parent.parent / "tests" / "conformance_client"))
PATIENCE = "5"  # limits are for those that fail; a busy machine needs longer ones

# How many cases there are, and how many messages they exchange where it is customary to exchange
# a thousand.
FAMILIES = {1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 54, 10: 1, 12: 90, 13: 126}
TITLES = {1: "whole messages", 2: "pings and pongs", 3: "reserved bits", 4: "reserved opcodes",
          5: "fragments", 6: "UTF-8", 7: "closing handshake", 9: "sizes and numbers",
          10: "odd fragments", 12: "permessage-deflate", 13: "its parameters"}
FEW, MANY = 12, 1000
# Over TLS: what ends a stream, what is large, and some of everything else.
SPREAD = ("1.*,2.*,3.*,4.*,5.1,5.8,5.15,5.20,6.1.*,6.2.*,6.3.*,6.4.4,7.*,9.1.1,9.1.6,9.2.3,9.4.2,"
          "9.6.3,9.8.2,10.*,12.1.*,13.7.8")
QUICK = "1.1.*,2.5,2.10,3.2,4.1.5,5.8,6.3.2,7.1.6,7.3.*,7.5.1,9.2.6,9.3.1,12.1.4,13.5.5"
INFORMATIONAL = {"7.1.6", "7.13.1", "7.13.2"}


@contextlib.contextmanager
def server(*options):
    """Its port."""
    process = spawn([sys.executable, "-B", SERVER, *options], stdout=subprocess.PIPE)
    try:
        yield json.loads(process.stdout.readline())["port"]
    finally:
        process.stdout.close()
        assert end(process) == 0


def tour(directory, *options, tls=None, messages=FEW, timeout=600):
    """The outcome of each case, after a run of the client."""
    tls_options = ["--tls", *tls[0]] if tls else []
    with server("--reports", directory, "--messages", messages, "--patience", PATIENCE,
                *tls_options, *options) as port:
        command = [CLIENT, f"wss://localhost:{port}", "--ca", tls[1]] if tls else \
            [CLIENT, f"ws://127.0.0.1:{port}"]
        done = subprocess.run([*map(str, command), "--deadline", f"{timeout}s"], text=True,
                              capture_output=True, timeout=timeout + 15, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert not done.stderr, done.stderr
    return json.loads((directory / "index.json").read_text())["wsrelayd"]


def tour_in_parts(directory, parts, **options):
    """Each with a server of its own, two at a time: one alone leaves a core idle."""
    def part(number):
        return tour(directory / str(number), "--cases", parts[number], **options)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return {name: one for done in pool.map(part, range(len(parts)))
                for name, one in done.items()}


def check(outcomes):
    """Nothing less than OK, and informational only where nobody could be right or wrong."""
    for name, one in outcomes.items():
        one["wanted"] = ["INFORMATIONAL" if name in INFORMATIONAL else "OK"] * 2
    bad = {name: one for name, one in outcomes.items()
           if [one["behavior"], one["behaviorClose"]] != one["wanted"]}
    table = [f"{name:8} {one['behavior']:14} {one['behaviorClose']:14} {one['description']}: "
             f"{one['remark']}" for name, one in bad.items()]
    assert not bad, "\n".join([f"{len(bad)} of {len(outcomes)} cases:", *table])


def of(outcomes, family):
    return {name: one for name, one in outcomes.items() if name.startswith(f"{family}.")}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    return tour_in_parts(tmp_path_factory.mktemp("ws"), ["[1-9].*,10.*", "1[23].*"])


@pytest.mark.parametrize("family", FAMILIES, ids=lambda number: TITLES[number].replace(" ", "-"))
def test_family(outcomes, family):
    assert len(of(outcomes, family)) == FAMILIES[family]
    check(of(outcomes, family))


def test_compression_is_used_where_it_was_agreed_on(outcomes):
    """Messages of 256 bytes and more; and it is named nowhere else."""
    for name, one in outcomes.items():
        family, shape = name.split(".")[0], name.split(".")[-1]
        assert bool(one["extensions"]) == (family in ("12", "13")), (name, one)
        if one["extensions"] and int(shape) >= 3 and not name.startswith("12.5"):
            assert one["compressed"] == FEW, (name, one)


def test_over_tls(tmp_path, authority, server_files):
    outcomes = tour(tmp_path, "--cases", SPREAD, tls=(server_files, authority.ca_file))
    assert len(outcomes) > 100
    check(outcomes)


@pytest.mark.quick
def test_a_handful(tmp_path):
    outcomes = tour(tmp_path, "--cases", QUICK)
    assert len(outcomes) > 20
    check(outcomes)


@pytest.mark.long
def test_in_full(tmp_path):
    outcomes = tour_in_parts(tmp_path, ["12.[1-3].*", "12.[45].*,13.1.*", "13.[2-4].*",
                                        "13.[5-7].*", "[1-9].*,10.*"], messages=MANY, timeout=3000)
    assert {family: len(of(outcomes, family)) for family in FAMILIES} == FAMILIES
    check(outcomes)


@pytest.mark.long
def test_all_over_tls(tmp_path, authority, server_files):
    outcomes = tour(tmp_path, tls=(server_files, authority.ca_file))
    assert {family: len(of(outcomes, family)) for family in FAMILIES} == FAMILIES
    check(outcomes)


# ---- the driver

def drive(*arguments):
    return subprocess.run([CLIENT, *map(str, arguments)], text=True, capture_output=True,
                          timeout=60, check=False)


def scripted(count, *, refuse=lambda target: None, close=lambda target: True):
    """A server that says how many cases there are, and closes, refuses or leaves open at will."""
    def on_event(kind, connection, _):
        target = connection.request.path
        if kind == "open" and target.startswith("/getCaseCount"):
            connection.send_now(count)
        if kind == "open" and close(target):
            connection.close()
    return ws_server.Server(on_event, refuse=lambda connection: refuse(connection.request.path))


@pytest.mark.parametrize("options, says", [
    ({"count": "3", "refuse": lambda target: 503 if "case=2&" in target else None},
     ["case 2 of 3: no session: http", "case 3 of 3: closed by server with 1000",
      "the reports are written"]),
    ({"count": "3", "close": lambda target: "case=2&" not in target},
     ["case 2 of 3: was cut short", "case 3 of 3: closed by server with 1000",
      "the reports are written"]),
    ({"count": "3", "refuse": lambda target: 500 if "Reports" in target else None},
     ["case 3 of 3: closed", "the reports could not be asked for: no session: http"]),
    ({"count": "many"}, ["no number of cases: 'many'"]),
    ({"count": "0"}, ["no number of cases: '0'"]),
    ({"count": "3", "refuse": lambda _: 404}, ["the number of cases could not be asked"]),
], ids=["a-case-is-refused", "a-case-does-not-end", "no-reports", "no-number", "no-cases",
        "not-such-a-server"])
def test_driver_goes_on_if_it_can_and_says_what_was_wrong(options, says):
    server = scripted(**options).start()
    done = drive("--timeout", "300ms", f"ws://127.0.0.1:{server.port}/")
    server.stop()
    assert done.returncode == 1, done
    for text in says:
        assert text in done.stdout + done.stderr


def test_driver_stops_when_the_server_is_gone():
    done = drive(f"ws://127.0.0.1:{free_port()}")
    assert done.returncode == 1 and "no session: tcp" in done.stderr, done


@pytest.mark.parametrize("arguments, says", [
    ([], "address"), (["http://localhost"], "http"), (["ws://localhost/?x=1"], "query"),
    (["--cases", "3-1", "ws://localhost"], "3-1"),
    (["--agent", "a&b", "ws://localhost"], "--agent"),
    (["--max-frames", "0", "ws://localhost"], "--max-frames"), (["--what"], "--what"),
    (["--timeout", "1", "ws://localhost"], "--timeout"), (["--ca"], "--ca needs a value")])
def test_driver_says_what_is_wrong_with_its_arguments(arguments, says):
    done = drive(*arguments)
    assert done.returncode == 64 and says in done.stderr and done.stderr.count("\n") == 1, done


def test_driver_runs_the_chosen_cases_only(tmp_path):
    with server("--reports", tmp_path, "--cases", "1.1.*") as port:
        done = drive("--cases", "2-3,8,100-", f"ws://127.0.0.1:{port}")
        assert done.returncode == 64, "an end is needed"
        done = drive("--cases", "2-3,8,100-200", "--agent", "me", f"ws://127.0.0.1:{port}")
    assert done.returncode == 0, done
    assert list(json.loads((tmp_path / "index.json").read_text())["me"]) == ["1.1.2", "1.1.3",
                                                                            "1.1.8"]


# ---- the judge

@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """(flaw, case) → the two verdicts."""
    directory = tmp_path_factory.mktemp("judge")
    with server("--reports", directory, "--messages", "5") as port:
        def judged(flaw, case):
            agent = flaw.replace(" ", "-") or "none"
            ended.append(FlawedClient(port, flaw).run(case, agent))
            FlawedClient(port).ask(f"/getCaseStatus?casetuple={case}&agent={agent}")
            FlawedClient(port).ask(f"/updateReports?agent={agent}")
            one = json.loads((directory / "index.json").read_text())[agent][case]
            return one["behavior"], one["behaviorClose"]
        ended = judged.ended = []
        yield judged


OK, FAILED, UNCLEAN, WRONG_CODE = "OK", "FAILED", "UNCLEAN", "WRONG CODE"
SOUND = ["1.1.8", "1.2.2", "2.5", "2.11", "3.1", "3.2", "3.7", "4.2.5", "5.8", "5.15", "5.18",
         "6.2.4", "6.3.1", "6.20.1", "7.1.1", "7.1.4", "7.3.2", "7.3.6", "7.5.1", "7.7.13", "7.9.1",
         "9.1.1", "9.4.2", "9.7.3", "10.1.1", "12.1.4", "12.4.6", "13.2.4", "13.3.8", "13.7.11"]
FLAWED = [
    ("echoes unmasked", "1.1.2", FAILED, FAILED),
    ("echoes altered", "1.1.2", FAILED, WRONG_CODE),
    ("echoes altered", "9.1.1", FAILED, WRONG_CODE),  # of the right type and length
    ("echoes altered", "9.3.2", FAILED, WRONG_CODE),
    ("echoes altered", "9.8.3", FAILED, WRONG_CODE),
    ("echoes altered", "12.2.3", FAILED, WRONG_CODE),
    ("echoes cut", "9.2.1", FAILED, WRONG_CODE),
    ("echoes the other kind", "9.7.1", FAILED, WRONG_CODE),
    ("echoes the other kind", "1.2.2", FAILED, FAILED),  # which is no text
    ("echoes twice", "1.1.2", FAILED, OK),
    ("echoes twice", "9.7.2", FAILED, WRONG_CODE),
    ("echoes nothing", "6.1.1", FAILED, WRONG_CODE),
    ("begins but never ends", "1.1.2", FAILED, WRONG_CODE),
    ("uses a reserved opcode", "1.1.2", FAILED, FAILED),
    ("answers no Ping", "2.2", FAILED, WRONG_CODE),
    ("answers no Ping", "5.6", FAILED, WRONG_CODE),
    ("answers Pings altered", "2.4", FAILED, WRONG_CODE),
    ("answers Pings out of order", "2.10", FAILED, WRONG_CODE),
    ("checks nothing", "2.5", FAILED, FAILED),
    ("checks nothing", "3.1", FAILED, FAILED),
    ("checks nothing", "3.2", FAILED, FAILED),
    ("checks nothing", "3.7", OK, WRONG_CODE),  # answers the Close as if it were sound
    ("checks nothing", "4.1.1", OK, FAILED),
    ("checks nothing", "5.1", FAILED, FAILED),
    ("checks nothing", "5.9", FAILED, FAILED),
    ("checks nothing", "5.15", FAILED, FAILED),
    ("checks nothing", "5.18", FAILED, FAILED),
    ("checks nothing", "7.3.2", FAILED, FAILED),  # echoes a Close that is none
    ("checks nothing", "7.3.6", FAILED, FAILED),
    ("checks nothing", "7.5.1", FAILED, FAILED),
    ("checks nothing", "7.9.1", FAILED, FAILED),
    ("checks no text", "6.3.1", FAILED, FAILED),
    ("checks no text", "6.4.1", FAILED, FAILED),
    ("checks no text", "6.20.1", FAILED, FAILED),
    ("drops", "1.1.1", OK, UNCLEAN),
    ("drops", "3.1", OK, UNCLEAN),
    ("drops", "6.3.1", FAILED, UNCLEAN),
    ("drops", "7.9.1", FAILED, UNCLEAN),
    ("is silent", "7.3.2", FAILED, UNCLEAN),
    ("is silent", "7.9.1", FAILED, UNCLEAN),
    ("closes with 1011", "1.1.1", OK, WRONG_CODE),
    ("closes with 1011", "3.1", OK, WRONG_CODE),
    ("closes with 1011", "6.3.1", FAILED, WRONG_CODE),
    ("closes with 1011", "7.7.1", FAILED, WRONG_CODE),
    ("closes with 1011", "7.9.1", FAILED, WRONG_CODE),
    ("closes first", "1.1.1", FAILED, FAILED),
    ("sends behind the Close", "1.1.1", FAILED, FAILED),
    ("sends behind the Close", "3.1", FAILED, FAILED),
    ("offers nothing", "12.1.1", "UNIMPLEMENTED", OK),
    ("offers no window", "13.3.1", "UNIMPLEMENTED", OK),
    ("offers no window", "13.7.1", OK, OK),  # there the server asks for less, too
    ("compresses without agreement", "1.1.2", FAILED, FAILED),
    ("keeps its window", "13.2.4", FAILED, FAILED),
    ("looks back too far", "13.3.8", FAILED, FAILED),
]


@pytest.mark.parametrize("case", SOUND)
def test_judge_passes_a_client_without_a_flaw(judge, case):
    assert judge("", case) == (OK, OK)


@pytest.mark.parametrize("case, how", (("1.1.1", "reset"), ("3.1", "end"), ("3.7", "end"),
                                       ("7.3.1", "reset"), ("7.9.1", "reset")))
def test_judge_resets_the_stream_if_its_close_was_first(judge, case, how):
    """As real ones do: a client must take that as the end that it is."""
    judge("", case)
    assert judge.ended[-1] == how


@pytest.mark.parametrize("case", ("6.4.1", "6.4.3"))
def test_judge_notes_a_client_that_looks_at_text_late(judge, case):
    assert judge("", case) == ("NON-STRICT", OK)


@pytest.mark.parametrize("flaw, case, behavior, close", FLAWED,
                         ids=[f"{flaw}-{case}".replace(" ", "-") for flaw, case, *_ in FLAWED])
def test_judge_fails_a_client_that(judge, flaw, case, behavior, close):
    assert judge(flaw, case) == (behavior, close)
