"""The schema that editors check by and the daemon come to the same verdict: on every file that the tests and
the manual have, and on every value of tests/vectors/values.txt for every setting. What a schema cannot see is
named in tests/vectors/only_the_daemon.yaml, each with its reason; nothing stands there without need."""
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from support import schema
from support.daemon import ROOT, run

VECTORS = ROOT / "tests/vectors"
VALUES = [line for line in (VECTORS / "values.txt").read_text().splitlines() if not line.startswith("# ")]
ONLY_THE_DAEMON = [case for cases in yaml.safe_load((VECTORS / "only_the_daemon.yaml").read_text()).values()
                   for case in cases]
SETTINGS = dict(schema.settings())


def kind(setting):
    return {key: value for key, value in SETTINGS[setting].items() if key not in ("description", "default", "examples")}


# Each value of the daemon's own settings needs a file of its own: those of a kind that instances have, too, are
# tried there.
OF_INSTANCES = [kind(setting) for setting in SETTINGS if setting.startswith("instances.*.")]
TRIED = [setting for setting in SETTINGS if setting.startswith("instances.*.") or kind(setting) not in OF_INSTANCES]

# What must stand beside a setting, so that a value is judged for itself.
COMPANY = {
    "mqtt.username": "mqtt: {}",
    "mqtt.password": "mqtt: {username: u}",
    "mqtt.tls.cert_file": "mqtt: {tls: {key_file: /k}}",
    "mqtt.tls.key_file": "mqtt: {tls: {cert_file: /c}}",
    "mqtt.reconnect.delay.first": "mqtt: {reconnect: {delay: {max: 1d}}}",
    "mqtt.reconnect.delay.max": "mqtt: {reconnect: {delay: {first: 10ms}}}",
    "tls.cert_file": "tls: {key_file: /k}",
    "tls.key_file": "tls: {cert_file: /c}",
    "tls.key_password": "tls: {cert_file: /c, key_file: /k}",
    "auth.basic.user": "auth: {basic: {password: {credential: p}}}",
    "auth.basic.password": "auth: {basic: {user: u}}",
    "proxy.user": "proxy: {url: 'http://localhost', password: {credential: p}}",
    "proxy.password": "proxy: {url: 'http://localhost', user: u}",
    "subprotocol_required": "subprotocols: [a]",
    "reconnect.delay.first": "reconnect: {delay: {max: 1d}}",
    "reconnect.delay.max": "reconnect: {delay: {first: 10ms}}",
    "limits.chunk": "receive: chunks",
}
RULES = {"publish": {"topic": "t"}, "deliver": {"topic": "t"}, "reconnect.rules": {"do": "fail", "close": 4000}}


def put(tree, path, value):
    """Puts `value` at "a.b[].c"; what stands there before stays beside it."""
    head, _, rest = path.partition(".")
    if not rest:
        tree[head.removesuffix("[]")] = value
        return tree
    if head.endswith("[]"):
        tree[head[:-2]] = [put(tree.get(head[:-2], [{}])[0], rest, value)]
    else:
        put(tree.setdefault(head, {}), rest, value)
    return tree


def as_yaml(tree, indent=""):
    """In block style, where every value of the list is one; a Raw is written as it is."""
    if isinstance(tree, Raw):
        return f" {tree.text}\n"
    if isinstance(tree, dict) and tree:
        return "\n" + "".join(f"{indent}{key}:{as_yaml(value, indent + '  ')}" for key, value in tree.items())
    if isinstance(tree, list) and tree and isinstance(tree[0], dict):
        return "\n" + "".join(f"{indent}-{as_yaml(each, indent + '  ')}" for each in tree)
    return f" {json.dumps(tree)}\n"


class Raw:
    def __init__(self, text):
        self.text = text


def block(setting, value):
    """One instance (or, for the daemon's settings, the whole file) in which `setting` is `value`."""
    path = setting.removeprefix("instances.*.")
    tree = yaml.safe_load(COMPANY.get(path, "{}"))
    rule, _, own = path.partition("[].")
    if own:
        put(tree, rule, [{name: one for name, one in RULES[rule].items()
                          if name != own and not (rule == "reconnect.rules" and own in ("fault", "phase", "http")
                                                  and name == "close")}])
        if own == "delay":
            tree["reconnect"]["rules"][0]["do"] = "wait"
    put(tree, path, Raw(value))
    if setting != path:  # an instance
        for name, one in {"url": "ws://localhost/", "publish": [], "send_topics": False}.items():
            tree.setdefault(name, one)
    return tree


def values_of(setting):
    """The list of vectors, and what the table itself says about the setting."""
    one = SETTINGS[setting]
    own = [json.dumps(value) for value in [*one.get("examples", []), *one.get("enum", [])]]
    return list(dict.fromkeys([*VALUES, *own, *([json.dumps(one["default"])] if "default" in one else [])]))


def say(differing):
    return "\n".join(f"{case}: the daemon {'takes' if daemon else 'refuses'} it, the schema does not agree"
                     for case, daemon in differing)


def fits(case, pattern):
    """`*` in it stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), case, re.S)


def known(case):
    return any(fits(case, pattern) for pattern in ONLY_THE_DAEMON)


# --dump-config judges what is written; --check-config would also look for files and secrets.
def daemon_accepts(path):
    status, _, said = run("--dump-config", path)
    assert status in (0, 78), said
    return status == 0


def differences(setting, directory):
    """[(case, the daemon's verdict)] where the two disagree."""
    values = values_of(setting)
    file = directory / "file.yaml"
    if setting.startswith("instances.*."):
        blocks = [as_yaml(block(setting, value), "    ") for value in values]
        head = "secrets: {api-key: {credential: x}}\ninstances:\n"
        file.write_text(head + "".join(f"  v{i}:{text}" for i, text in enumerate(blocks)))
        _, _, said = run("--dump-config", file)
        wrong = {int(n) for n in re.findall(r":\d+:\d+: instances\.v(\d+)\b", said)}
        daemon = [i not in wrong for i in range(len(values))]
        texts = [f"{head}  v:{text}" for text in blocks]
    else:
        texts = [as_yaml(block(setting, value)) for value in values]

        def verdict(i):
            one = directory / f"{i}.yaml"
            one.write_text(texts[i])
            return daemon_accepts(one)

        with ThreadPoolExecutor(4) as pool:
            daemon = list(pool.map(verdict, range(len(values))))
    assert True in daemon and False in daemon
    return [(f"{setting} = {value}", verdict) for value, text, verdict in zip(values, texts, daemon)
            if schema.accepts(text) != verdict]


@pytest.fixture(scope="module")
def seen():
    return set()


@pytest.mark.parametrize("setting", TRIED)
def test_every_value_for_every_setting(setting, tmp_path, seen):
    differing = differences(setting, tmp_path)
    seen.update(case for case, _ in differing)
    unknown = [each for each in differing if not known(each[0])]
    assert not unknown, say(unknown)


def blocks_of(page):
    return re.findall(r"^```yaml\n(.*?)^```", (ROOT / page).read_text(), re.S | re.M)


def files():
    for file in sorted((ROOT / "tests/golden").glob("*.yaml")):
        yield f"golden/{file.stem}", file.read_bytes()
    for file in sorted((ROOT / "docs/examples").rglob("*.yaml")):
        yield f"examples/{file.stem}", file.read_bytes()
    yield "the default file", (ROOT / "etc/wsrelayd/wsrelayd.yaml").read_bytes()
    for page in ("docs/configuration.md", "README.md"):
        for i, text in enumerate(blocks_of(page)):
            yield f"{page}, example {i + 1}", text.encode()


FILES = dict(files())


@pytest.mark.parametrize("name", FILES)
def test_every_file(name, tmp_path, seen):
    file = tmp_path / "file.yaml"
    file.write_bytes(FILES[name])
    daemon = daemon_accepts(file)
    if schema.accepts(FILES[name]) != daemon:
        seen.add(name)
        assert known(name), say([(name, daemon)])


def test_nothing_is_excused_without_need(seen, request):
    if request.session.testscollected < len(TRIED) + len(FILES):
        pytest.skip("only after all of them")
    idle = [pattern for pattern in ONLY_THE_DAEMON if not any(fits(case, pattern) for case in seen)]
    assert not idle, idle


def test_every_setting_is_described():
    """For those who complete and hover: a sentence, and what may be written."""
    assert len(SETTINGS) > 80
    for name, one in SETTINGS.items():
        assert re.search(r"Reload: \w+\. Since 0\.\d\.", one["description"]), name
    assert SETTINGS["mqtt.keepalive"]["default"] == "1m"
    assert SETTINGS["instances.*.url"]["examples"] == ["wss://stream.example.com/ws"]
