"""libwsrelay from the outside: installed, found, compiled against, and its examples run."""
import concurrent.futures
import os
import pathlib
import subprocess

import pytest

from support.daemon import PROGRAM, ROOT

BUILD = PROGRAM.parent.parent
COMPILER = os.environ.get("CXX", "c++")


def run(*command, timeout=240, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=timeout, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    place = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", BUILD, "--component", "library", "--prefix", place)
    return place


@pytest.fixture(scope="module")
def pkg_config(prefix):
    [directory] = prefix.glob("lib/**/pkgconfig")

    def ask(*options):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(directory)}
        return run("pkg-config", f"--define-variable=prefix={prefix}", *options, "wsrelay",
                   env=environment).split()
    return ask


@pytest.fixture(scope="module")
def examples(prefix, tmp_path_factory):
    build = tmp_path_factory.mktemp("examples")
    launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={os.environ['CMAKE_CXX_COMPILER_LAUNCHER']}"] \
        if "CMAKE_CXX_COMPILER_LAUNCHER" in os.environ else []
    run("cmake", "-S", ROOT / "examples", "-B", build, "-G", "Ninja", *launcher,
        f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", build)
    return build


def test_every_installed_header_stands_alone(prefix, pkg_config):
    include = prefix / "include" / "wsrelay"
    headers = sorted(path.relative_to(include) for path in include.rglob("*.hpp"))
    assert pathlib.Path("client/client.hpp") in headers and len(headers) > 30
    flags = pkg_config("--cflags")

    def compiles(header):
        run(COMPILER, "-std=c++20", "-fsyntax-only", *flags, "-include", header, "-x", "c++",
            os.devnull)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(compiles, headers))


def test_nothing_is_installed_that_names_another_librarys_header(prefix):
    for header in (prefix / "include").rglob("*.hpp"):
        for foreign in ("gnutls/", "systemd/", "zlib.h", "simdjson.h", "uriparser/", "idn2.h"):
            assert f"#include <{foreign}" not in header.read_text(), header


def test_a_program_builds_by_pkg_config(prefix, pkg_config, tmp_path):
    source = tmp_path / "program.cpp"
    source.write_text('#include <base/url_parts.hpp>\n#include <client/runtime.hpp>\n'
                      "#include <cstdio>\nint main() {\n"
                      '  const auto url = wsrelay::url_from({.host = "a.example", .port = 8080});\n'
                      "  std::puts(url->text().c_str());\n"
                      "  return wsrelay::client::Runtime::open() ? 0 : 1;\n}\n")
    program = tmp_path / "program"
    run(COMPILER, "-std=c++20", source, "-o", program, *pkg_config("--cflags", "--libs"))
    assert run(program, timeout=20) == "ws://a.example:8080/\n"


def test_the_echo_example_tells_its_whole_story(world, examples):
    url = f"ws://localhost:{world.server().port}/"
    told = run(examples / "echo_client", url, timeout=60)
    for line in ("begin", "connecting, attempt 1", "the server answered 101 with ",
                 "text: hello", "text: a text in three fragments", "binary: 4 bytes",
                 "pong: still there?", "nothing has come for a while",
                 "closed by us with code 1000", "finish"):
        assert line in told, told
    assert told.index("pong: still there?") < told.index("binary: 4 bytes")


def test_the_echo_example_says_what_is_wrong(examples):
    done = subprocess.run([examples / "echo_client", "http://x/"], capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == 64 and "must begin with ws:// or wss://" in done.stderr


def test_the_json_example_prints_what_it_gets(world, examples):
    url = f"ws://localhost:{world.server().port}/"
    document = '{"a": [1, {"b": null}], "c": "x"}'
    with subprocess.Popen(["timeout", "20", examples / "json_printer", url, document],
                          stdout=subprocess.PIPE, text=True) as program:
        try:
            lines = [program.stdout.readline() for _ in range(7)]
        finally:
            program.terminate()
    assert "".join(lines) == '{\n  a: [\n    1\n    {\n      b: null\n    }\n  ]\n'
