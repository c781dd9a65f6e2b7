"""What an editor makes of a configuration: YAML as 1.2 has it, and the schema that is installed."""
import functools
import json
import re

import jsonschema
import yaml

from support.daemon import ROOT

SCHEMA = json.loads((ROOT / "docs/config.schema.json").read_text())


class CoreLoader(yaml.SafeLoader):
    """The core schema of YAML 1.2: no yes and no, no octal 010, no dates; keys are texts."""
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        pairs = [(key.value if isinstance(key, yaml.ScalarNode) else str(key.value),
                  self.construct_object(value, deep=True)) for key, value in node.value]
        if len(dict(pairs)) != len(pairs):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return dict(pairs)


def _resolve(tag, pattern, first):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


_resolve("bool", "true|True|TRUE|false|False|FALSE", list("tTfF"))
_resolve("null", "~|null|Null|NULL|", ["~", "n", "N", ""])
_resolve("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789"))
_resolve("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
         list("-+0123456789."))
CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: _int(node.value))
CoreLoader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node))


def _int(text):
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


def _pattern(validator, pattern, instance, schema):
    """As ECMA 262 reads it: in Python, $ would also stand before a line's end at the end."""
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


@functools.cache
def _compiled(pattern):
    return re.compile(re.sub(r"(?<!\\)\$(?=$|[|)])", r"\\Z", pattern))


Validator = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": _pattern})
Validator.check_schema(SCHEMA)
_VALIDATOR = Validator(SCHEMA)


def accepts(text):
    """The schema's verdict on a file."""
    try:
        return _VALIDATOR.is_valid(yaml.load(text, CoreLoader))
    except yaml.YAMLError:
        return False


def settings():
    """(path, schema) of each single value: "mqtt.keepalive", "instances.*.publish[].topic"."""
    yield from _leaves({**SCHEMA, "properties": {
        name: one for name, one in SCHEMA["properties"].items() if name not in ("defaults", "instances")}}, "")
    yield from _leaves(SCHEMA["definitions"]["instance"], "instances.*.")


def _leaves(group, prefix):
    for name, one in group["properties"].items():
        inner = next((each for each in [one, *one.get("anyOf", [])] if "properties" in each
                      and "credential" not in each["properties"]), None)
        items = one.get("items", {})
        if inner is None and "properties" not in items:
            yield prefix + name, one
        if inner is not None:
            if "anyOf" in one:
                yield prefix + name, one
            yield from _leaves(inner, f"{prefix}{name}.")
        if "properties" in items:
            yield from _leaves(items, f"{prefix}{name}[].")
