# SPDX-License-Identifier: Apache-2.0
"""OLPC canonical JSON, from its description (wiki.laptop.org/go/Canonical_JSON), and plain JSON."""
import json


def text(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def canonical_text(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(canonical_text, value)) + "]"
    if isinstance(value, dict):
        names = sorted(value)  # by code point, which is the order of UTF-8 bytes
        return "{" + ",".join(text(name) + ":" + canonical_text(value[name]) for name in names) + "}"
    raise TypeError(f"canonical JSON has no {type(value).__name__}")


def canonical(value):
    return canonical_text(value).encode()


def pretty(value):
    return (json.dumps(value, indent=1, sort_keys=True, separators=(",", ": ")) + "\n").encode()


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
