"""What wsrelayd does with a configuration beside running it. Nothing here needs a broker."""
import json
import os
import subprocess

import pytest

from support.daemon import PROGRAM, run

GOOD = """mqtt: {url: 'mqtt://127.0.0.1:1'}
instances:
  ticker:
    url: wss://stream.example.com/
    headers: {Authorization: sesame-0pen}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "main.yaml"
    path.write_text(GOOD)
    return path


def drop_in(file, name, text):
    directory = file.with_suffix(".conf.d")
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(text)
    return directory / name


# ---- --check-config ------------------------------------------------------------------------------

@pytest.mark.quick
@pytest.mark.parametrize("count, words", [(0, "valid\n"), (1, "valid, with 1 drop-in\n"),
                                          (2, "valid, with 2 drop-ins\n")])
def test_check_says_how_many_files_it_was(file, count, words):
    for number in range(count):
        drop_in(file, f"{number}.yaml", f"instances: {{i{number}: {{url: 'wss://x.example/'}}}}\n")
    status, out, err = run("--check-config", file)
    assert (status, out) == (0, f"{file}: the configuration is {words}"), err


@pytest.mark.quick
def test_check_finds_what_is_wrong_in_each_file(file):
    first = drop_in(file, "1.yaml", "instances:\n  a: {urll: 'wss://x.example/'}\n")
    second = drop_in(file, "2.yaml", "reprot_interval: 5s\n")
    status, out, err = run("--check-config", file)
    assert (status, out) == (78, "")
    assert f"{first}:2:" in err and f"{second}:1:1: " in err


def test_check_reads_standard_input_without_drop_ins(file):
    drop_in(file, "1.yaml", "nonsense: true\n")
    for text, status, words in ((GOOD, 0, "-: the configuration is valid\n"), ("x: 1\n", 78, "")):
        done = subprocess.run([PROGRAM, "--check-config", "-"], input=text, capture_output=True,
                              text=True, cwd=file.parent, timeout=15, check=False)
        assert (done.returncode, done.stdout) == (status, words)
        assert ("<stdin>:1:1: " in done.stderr) == (status != 0)


@pytest.mark.parametrize("spoil, words", [
    (lambda path: path.write_text("x") and path.chmod(0o644), "everybody may read"),
    (lambda path: None, "No such file"),
    (lambda path: path.mkdir(), "not a regular file"),
    (lambda path: os.mkfifo(path, 0o600), "not a regular file"),
], ids=["world-readable", "missing", "directory", "fifo"])
def test_check_looks_at_secret_files(file, tmp_path, spoil, words):
    secret = tmp_path / "secret"
    spoil(secret)
    drop_in(file, "a.yaml", "instances:\n  a:\n    url: wss://x.example/\n    headers:\n"
                            f"      Authorization: {{file: {secret}}}\n")
    status, _, err = run("--check-config", file)
    assert status == 78
    assert "a.yaml:5:" in err and str(secret) in err and words in err, err


def test_check_looks_at_certificates(file, tmp_path):
    drop_in(file, "a.yaml", "instances:\n  a:\n    url: wss://x.example/\n    tls:\n"
                            f"      ca_file: {tmp_path}/none.pem\n")
    status, _, err = run("--check-config", file)
    assert status == 78 and "a.yaml:5:" in err and f"{tmp_path}/none.pem" in err


def test_check_judges_only_what_is_there_to_judge(file, tmp_path):
    """By hand there are neither the service's credentials nor its environment."""
    drop_in(file, "a.yaml", "instances:\n  a:\n    url: wss://x.example/\n    headers:\n"
                            "      X-A: {credential: key}\n      X-B: {env: TICKER_KEY}\n")
    bare = {"CREDENTIALS_DIRECTORY": "", "INVOCATION_ID": ""}
    status, _, err = run("--check-config", file, **bare)
    assert status == 0, err
    for has, line in (({"CREDENTIALS_DIRECTORY": str(tmp_path)}, "a.yaml:5:"),
                      ({"INVOCATION_ID": "0" * 32}, "a.yaml:6:")):
        status, _, err = run("--check-config", file, **{**bare, **has})
        assert status == 78 and line in err, err


# ---- --dump-config, --plan, --explain ------------------------------------------------------------

@pytest.mark.quick
def test_dump_is_what_counts_with_its_place_and_without_secrets(file):
    over = drop_in(file, "1.yaml", "instances:\n  ticker: {url: 'wss://other.example/'}\n")
    status, out, err = run("--dump-config", file)
    assert status == 0, err
    assert "wss://other.example/" in out and "stream.example.com" not in out
    assert "sesame" not in out + err
    assert f"{over}:2" in out and f"{file}:5" in out


@pytest.mark.quick
def test_plan_says_what_a_reload_would_do(file, tmp_path):
    after = tmp_path / "after.yaml"
    after.write_text(GOOD.replace("stream.example", "other.example") +
                     "  second: {url: 'wss://x.example/'}\n")
    status, out, err = run("--config", file, "--plan", after)
    assert status == 0, err
    for words in ("ticker", "url", "second"):
        assert words in out
    assert run("--config", file, "--plan", file)[1] != out


@pytest.mark.quick
def test_explain_speaks_of_one_instance(file):
    status, out, err = run("--config", file, "--explain", "ticker")
    assert status == 0, err
    assert "stream.example.com" in out and "sesame" not in out


def test_explain_whom(file):
    status, out, err = run("--config", file, "--explain", "tickr")
    assert (status, out) == (64, "")
    assert "'tickr'" in err and "did you mean 'ticker'?" in err


@pytest.mark.parametrize("arguments", [["--dump-config"], ["--plan", "GOOD"], ["--explain", "a"]])
def test_none_speaks_of_a_configuration_that_is_wrong(file, tmp_path, arguments):
    bad = tmp_path / "bad.yaml"
    bad.write_text("nonsense: true\n")
    arguments = [file if word == "GOOD" else word for word in arguments]
    status, out, err = run("--config", bad, *arguments)
    assert (status, out) == (78, "") and f"{bad}:1:1: " in err


def test_plan_needs_two_that_are_right(file, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("nonsense: true\n")
    status, out, err = run("--config", file, "--plan", bad)
    assert (status, out) == (78, "") and f"{bad}:1:1: " in err


def test_one_of_two_may_come_from_standard_input(file):
    done = subprocess.run([PROGRAM, "--config", file, "--plan", "-"], input="instances: {}\n",
                          capture_output=True, text=True, timeout=15, check=False)
    assert done.returncode == 0 and "ticker" in done.stdout, done.stderr


# ---- names ---------------------------------------------------------------------------------------

def test_the_command_line_names_the_daemon(world):
    daemon = world.daemon(world.config({}, name="inside"), arguments=["--name", "outside"])
    world.watch.wait("wsrelay/bridge/outside/state", "online")
    daemon.reload()
    assert daemon.stop() == 0
    assert world.watch.latest("wsrelay/bridge/inside/state") is None


def test_a_name_that_cannot_be_one_is_told(file):
    status, _, err = run("--check-config", file, "--name", "a/b")
    assert status == 78 and "--name:1:" in err


def test_json_is_good_enough(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(json.dumps({"instances": {"a": {"url": "wss://x.example/"}}}, indent=2))
    assert run("--check-config", file)[0] == 0
