#!/usr/bin/python3
"""The walls of the house: who may include whom, and what may be called where.

Each rule is a function from a tree ({path: text}) to a list of complaints. It is run on the real
tree, and on a small planted tree that breaks it: a rule that cannot fail is no rule.
Standard library only; runs under pytest and as a program.
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A room includes itself and rooms on lower floors; rooms on one floor do not know each other.
FLOORS = {"base": 0, "ws": 1, "route": 1, "io": 2, "spool": 3, "client": 4, "mqtt": 4, "config": 5,
          "bridge": 6, "daemon": 7}

# The one room in which a library's headers stand. The longest matching beginning decides.
LIBRARIES = {"zlib.h": "ws", "gnutls/": "io", "gnutls/crypto.h": "base", "mosquitto.h": "mqtt",
             "mqtt_protocol.h": "mqtt", "yaml-cpp/": "config", "uriparser/": "base",
             "idn2.h": "base", "systemd/sd-event.h": "io", "systemd/sd-daemon.h": "daemon",
             "systemd/sd-journal.h": "daemon", "systemd/sd-bus.h": "daemon",
             "systemd/sd-id128.h": "daemon", "sqlite3.h": "spool", "simdjson.h": "base"}
EVERYWHERE = ("fmt/", "tl/expected.hpp")
SYSTEM = re.compile(r"(sys|netinet|arpa|net|linux)/[\w.]+|"
                    r"(dirent|fcntl|getopt|grp|netdb|poll|pwd|pthread|signal|unistd)\.h")

THREADS = ("<thread>", "<mutex>", "<shared_mutex>", "<condition_variable>", "<future>",
           "<semaphore>", "<latch>", "<barrier>", "<stop_token>", "<pthread.h>")

# (what must not be written, where it may be all the same, why)
CALLS = [
    (re.compile(r"\bclock_gettime\b|\bgettimeofday\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)"
                r"|\b\w*[cC]lock\w*::now\s*\(|\bsd_event_now\b"),
     ("lib/io/sd_loop.cpp", "daemon/main.cpp", "daemon/wall_clock.hpp",
      "lib/io/tls_verdict.cpp"),  # compares a certificate's dates, for the sentence only
     "time is handed in, it is read once a turn by the loop"),
    (re.compile(r"\b(secure_)?getenv\b|\benviron\b"), ("daemon/", "lib/io/secrets.cpp"),
     "the environment is the process's affair"),
    (re.compile(r"\bgetrandom\b|\bgnutls_rnd\b|\brandom_device\b|\bs?rand\s*\(|\bmt19937\w*"),
     ("lib/base/random.",), "randomness comes through base/random"),
    (re.compile(r"(?<!= )(?<!=)(?<!operator )\bdelete\b"), (), "no raw delete"),
    (re.compile(r"\b(malloc|calloc|realloc)\s*\("), (), "no raw allocation"),
    (re.compile(r"\b(usleep|nanosleep|sleep|sleep_for|sleep_until)\s*\("), (),
     "nothing sleeps: the loop waits"),
]

SOURCE_LINES, HEADER_LINES = 400, 200
SOURCE_AIM, HEADER_AIM = 300, 150
NO_ROOMS = {"util", "utils", "common", "helper", "helpers", "misc", "manager", "impl"}


# ---- reading -------------------------------------------------------------------------------------

def tree_of(root):
    files = [path for top in ("lib", "daemon") for path in sorted((root / top).rglob("*"))
             if path.suffix in (".hpp", ".cpp")]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files}


def room_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "lib" else parts[0]


NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'
                   r"'(?:\\.|[^'\\\n])+'(?!\w)", re.DOTALL)


def code_of(text):
    """The text without comments and literals, line for line."""
    includes = [line if line.lstrip().startswith("#include") else None for line in text.split("\n")]
    bare = NOISE.sub(lambda found: "\n" * found.group(0).count("\n") or '""', text).split("\n")
    return [] if len(bare) != len(includes) else \
        ["" if kept is not None else line for kept, line in zip(includes, bare)]


def includes_of(text):
    """[(line number, '<' or '"', name)]"""
    found = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
    matches = ((number, found.match(line)) for number, line in enumerate(text.split("\n"), 1))
    return [(number, match.group(1), match.group(2)) for number, match in matches if match]


def resolve(name):
    return name if name.startswith("daemon/") else "lib/" + name


# ---- rules ---------------------------------------------------------------------------------------

def floors(tree):
    for path, text in tree.items():
        room = room_of(path)
        if room not in FLOORS:
            yield f"{path}: no room '{room}' on the plan"
            continue
        for line, kind, name in includes_of(text):
            if kind != '"':
                continue
            target = resolve(name)
            if target not in tree:
                yield f'{path}:{line}: "{name}" is no file of lib/ or daemon/'
            elif room_of(target) != room and FLOORS.get(room_of(target), 99) >= FLOORS[room]:
                yield f"{path}:{line}: {room} may not include {room_of(target)} ({name})"


def circles(tree):
    graph = {path: [resolve(name) for _, kind, name in includes_of(text)
                    if kind == '"' and resolve(name) in tree] for path, text in tree.items()}
    done, trail = set(), []

    def visit(path):
        if path in trail:
            yield "a circle: " + " → ".join(trail[trail.index(path):] + [path])
        elif path not in done:
            trail.append(path)
            for target in graph[path]:
                yield from visit(target)
            trail.pop()
            done.add(path)
    for path in graph:
        yield from visit(path)


def libraries(tree):
    for path, text in tree.items():
        for line, kind, name in includes_of(text):
            if kind == '"' or ("." not in name and "/" not in name):  # ours, or std
                continue
            if name.startswith(EVERYWHERE) or SYSTEM.fullmatch(name):
                continue
            homes = sorted((known for known in LIBRARIES if name.startswith(known)), key=len)
            if not homes:
                yield f"{path}:{line}: <{name}> is no library on the plan (C headers: <cstring> …)"
            elif LIBRARIES[homes[-1]] != room_of(path):
                yield f"{path}:{line}: <{name}> stands in {LIBRARIES[homes[-1]]}/ only"


def threads(tree):
    for path, text in tree.items():
        if re.fullmatch(r"lib/io/worker\.[ch]pp", path):
            continue
        for line, kind, name in includes_of(text):
            if kind == "<" and f"<{name}>" in THREADS:
                yield f"{path}:{line}: <{name}>: threads stand in io/worker only"


def calls(tree):
    for path, text in tree.items():
        for number, line in enumerate(code_of(text), 1):
            for pattern, allowed, why in CALLS:
                if not path.startswith(allowed or ("\0",)) and pattern.search(line):
                    yield f"{path}:{number}: '{pattern.search(line).group(0)}': {why}"


def owners(tree):
    """`new` only where the same expression hands it to its owner (a private constructor)."""
    owned = re.compile(r"(unique|shared)_ptr<[^;{}()]*>\s*\w*[({]\s*new\b")
    for path, text in tree.items():
        lines = code_of(text)
        rest = owned.sub(lambda found: "\n" * found.group(0).count("\n"), "\n".join(lines))
        for number, line in enumerate(rest.split("\n"), 1):
            if re.search(r"(?<!operator )\bnew\b", line):
                yield f"{path}:{number}: a new without an owner"


def lines_are_paired(tree):
    """A guard for the rule above: a file that cannot be read is not a file without complaints."""
    for path, text in tree.items():
        if len(code_of(text)) != len(text.split("\n")):
            yield f"{path}: comments and literals could not be told from code"


def sizes(tree):
    for path, text in tree.items():
        lines, most = text.count("\n"), HEADER_LINES if path.endswith(".hpp") else SOURCE_LINES
        if lines > most:
            yield f"{path}: {lines} lines, {most} are the most"


def words(tree):
    for path, text in tree.items():
        for part in re.split(r"[/_.]", path):
            if part in NO_ROOMS:
                yield f"{path}: would a line know that it belongs to '{part}'?"
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                yield f"{path}:{number}: unfinished business"


def headers(tree):
    for path, text in tree.items():
        if not path.endswith(".hpp"):
            continue
        if not text.startswith("//"):
            yield f"{path}: a header opens with its door plate, a comment"
        if "#pragma once" not in text:
            yield f"{path}: no #pragma once"


RULES = [floors, circles, libraries, threads, calls, owners, lines_are_paired, sizes, words, headers]

# For each rule: trees that break it, and trees close by that do not.
BROKEN = {
    floors: [{"lib/ws/a.cpp": '#include "io/b.hpp"\n', "lib/io/b.hpp": ""},
             {"lib/ws/a.cpp": '#include "route/b.hpp"\n', "lib/route/b.hpp": ""},
             {"lib/mqtt/a.hpp": '#include "client/b.hpp"\n', "lib/client/b.hpp": ""},
             {"lib/bridge/a.cpp": '#include "daemon/b.hpp"\n', "daemon/b.hpp": ""},
             {"lib/base/a.cpp": '#include "base/gone.hpp"\n'},
             {"lib/attic/a.cpp": ""}],
    circles: [{"lib/ws/a.hpp": '#include "ws/b.hpp"\n', "lib/ws/b.hpp": '#include "ws/a.hpp"\n'},
              {"lib/ws/a.hpp": '#include "ws/a.hpp"\n'}],
    libraries: [{"lib/io/a.cpp": "#include <zlib.h>\n"},
                {"lib/base/a.cpp": "#include <gnutls/gnutls.h>\n"},
                {"lib/io/a.cpp": "#include <gnutls/crypto.h>\n"},
                {"lib/bridge/a.cpp": "#include <systemd/sd-daemon.h>\n"},
                {"lib/mqtt/a.cpp": "#include <yaml-cpp/yaml.h>\n"},
                {"lib/ws/a.cpp": "#include <boost/asio.hpp>\n"}],
    threads: [{"lib/io/resolver.cpp": "#include <thread>\n"},
              {"daemon/main.cpp": "#include <mutex>\n"}],
    calls: [{"lib/ws/a.cpp": "auto t = std::chrono::steady_clock::now();\n"},
            {"lib/io/a.cpp": "clock_gettime(CLOCK_MONOTONIC, &t);\n"},
            {"lib/config/a.cpp": 'auto* v = getenv("HOME");\n'},
            {"lib/ws/a.cpp": "gnutls_rnd(GNUTLS_RND_NONCE, p, 4);\n"},
            {"lib/base/a.cpp": "delete p;\n"},
            {"lib/io/a.cpp": "free(p); p = malloc (3);\n"},
            {"lib/io/a.cpp": "std::this_thread::sleep_for(1s);\n"}],
    owners: [{"lib/base/a.cpp": "auto* p = new Thing;\n"},
             {"lib/base/a.cpp": "f(new Thing(3));\n"}],
    lines_are_paired: [],  # nothing can be planted: it watches the reader, see below
    sizes: [{"lib/ws/a.hpp": "\n" * 201}, {"lib/ws/a.cpp": "\n" * 401}],
    words: [{"lib/base/util.hpp": ""}, {"daemon/string_helpers.cpp": ""},
            {"lib/ws/a.cpp": "// TO" "DO: later\n"}],
    headers: [{"lib/ws/a.hpp": "#pragma once\n"}, {"lib/ws/a.hpp": "// a\n"}],
}
SOUND = {
    floors: [{"lib/io/a.cpp": '#include "ws/b.hpp"\n#include "io/c.hpp"\n', "lib/ws/b.hpp": "",
              "lib/io/c.hpp": ""}],
    libraries: [{"lib/ws/a.cpp": "#include <zlib.h>\n#include <vector>\n#include <sys/socket.h>\n"
                                 "#include <fmt/format.h>\n"},
                {"lib/base/a.cpp": "#include <gnutls/crypto.h>\n"}],
    threads: [{"lib/io/worker.cpp": "#include <thread>\n"}],
    owners: [{"lib/io/a.cpp": "std::unique_ptr<Loop> loop(\n    new Loop(3));\n"
                              "return std::shared_ptr<const X>(new X);\n"}],
    calls: [{"lib/ws/a.cpp": "// a new clock_gettime(): delete it\n"
                             'say("new getenv(");\nThing(const Thing&) = delete;\n'
                             "auto n = loop.now();\nx = 1'000'000; renewed(); timer(0);\n"},
            {"lib/io/sd_loop.cpp": "clock_gettime(CLOCK_BOOTTIME, &t);\n"},
            {"daemon/a.cpp": 'getenv("HOME");\n'}],
}


class Architecture(unittest.TestCase):
    def test_the_tree_is_there(self):
        tree = tree_of(ROOT)
        self.assertGreater(len(tree), 50)
        self.assertEqual({room_of(path) for path in tree} - set(FLOORS), set())


def add_cases():
    def holds(rule):
        return lambda self: self.assertEqual(list(rule(tree_of(ROOT))), [])

    def finds(rule, tree):
        return lambda self: self.assertNotEqual(list(rule(tree)), [])

    def spares(rule, tree):
        return lambda self: self.assertEqual(list(rule(tree)), [])
    for rule in RULES:
        name = rule.__name__
        setattr(Architecture, f"test_{name}_holds", holds(rule))
        for number, tree in enumerate(BROKEN[rule]):
            setattr(Architecture, f"test_{name}_finds_planted_{number}", finds(rule, tree))
        for number, tree in enumerate(SOUND.get(rule, [])):
            setattr(Architecture, f"test_{name}_spares_sound_{number}", spares(rule, tree))


add_cases()


class Reader(unittest.TestCase):
    def test_literals_and_comments_vanish_and_lines_stay(self):
        rows = [('a("x // y"); b', 'a(""); b'), ("c = '\"'; d", 'c = ""; d'),
                ("/* e\nf */ g", "\n g"), ('R"(h "i" \n)" j', "\n j"), ("1'000'000", "1'000'000")]
        for text, bare in rows:
            with self.subTest(text=text):
                self.assertEqual("\n".join(code_of(text)), bare)


def report_aims():
    for path, text in tree_of(ROOT).items():
        aim = HEADER_AIM if path.endswith(".hpp") else SOURCE_AIM
        if text.count("\n") > aim:
            print(f"note: {path}: {text.count(chr(10))} lines, {aim} are aimed at", file=sys.stderr)


if __name__ == "__main__":
    report_aims()
    unittest.main()
