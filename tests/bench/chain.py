#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a signed layout and its links, to be verified by any in-toto implementation.

usage: chain.py FOLDER chain STEPS ARTIFACTS
       chain.py FOLDER literal|prefix|miss RULES ARTIFACTS

chain    STEPS steps, each with ARTIFACTS materials and as many products; the materials of each step are
         matched with the products of the one before, its products with its own materials
literal  one step with ARTIFACTS products; RULES rules "CREATE <name>", each consuming one
prefix   the same with "CREATE <folder>/*", over and over through the same 97 folders
miss     the same with "ALLOW no-such-<number>/*", which consume nothing

Metablock and Ed25519, which all implementations read; the text is what the Python one writes.  The same
arguments give the same bytes.  FOLDER gets root.layout, the links, and owner.pub (Python's form of a key)
and owner.pem (PEM).
"""
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

EXPIRES = "2040-01-01T00:00:00Z"


class Key:
    """An Ed25519 key made from a word."""

    def __init__(self, word):
        self.private = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(word).digest())
        self.public = self.private.public_key()
        raw = self.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.object = {
            "keyid_hash_algorithms": ["sha256", "sha512"],
            "keytype": "ed25519",
            "keyval": {"public": raw.hex()},
            "scheme": "ed25519",
        }
        self.keyid = hashlib.sha256(canonical(self.object).encode()).hexdigest()

    def sign(self, text):
        return self.private.sign(text.encode()).hex()

    def write(self, folder, name):
        with open(os.path.join(folder, name + ".pub"), "w") as out:
            json.dump(self.object, out)
        with open(os.path.join(folder, name + ".pem"), "wb") as out:
            out.write(
                self.public.public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            )


def canonical(value):
    """Canonical JSON; everything here is ASCII without quotes and backslashes."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def pretty(value, depth):
    """As Python's in-toto writes it, standing at a depth."""
    text = json.dumps(value, indent=1, separators=(",", ": "), sort_keys=True)
    return text.replace("\n", "\n" + " " * depth)


def write_metablock(path, key, canonical_text, pretty_text):
    with open(path, "w") as out:
        out.write('{\n "signatures": [\n  {\n   "keyid": "%s",\n   "sig": "%s"\n  }\n ],\n "signed": '
                  % (key.keyid, key.sign(canonical_text)))
        out.write(pretty_text)
        out.write("\n}")


def name_of(number):
    return "src/dir%03d/sub%02d/file-%06d.c" % (number % 97, number % 11, number)


def artifacts_of(count):
    return {
        name_of(i): {"sha256": hashlib.sha256(b"0-%d" % i).hexdigest()} for i in range(count)
    }


def write_links(folder, key, names, materials, products):
    """One link for each name; the tables, which are nearly all of it, are printed once."""
    link = {
        "_type": "link",
        "byproducts": {"return-value": 0, "stderr": "", "stdout": ""},
        "command": ["make", "-j2"],
        "environment": {},
        "materials": materials,
        "name": "THE-NAME",
        "products": products,
    }
    forms = [form.split("THE-NAME") for form in (canonical(link), pretty(link, 1))]
    for name in names:
        write_metablock(
            os.path.join(folder, "%s.%s.link" % (name, key.keyid[:8])),
            key,
            *(name.join(form) for form in forms)
        )


def step_of(key, name, materials, products):
    return {
        "_type": "step",
        "expected_command": ["make", "-j2"],
        "expected_materials": materials,
        "expected_products": products,
        "name": name,
        "pubkeys": [key.keyid],
        "threshold": 1,
    }


def write_layout(folder, owner, key, steps):
    layout = {
        "_type": "layout",
        "expires": EXPIRES,
        "inspect": [],
        "keys": {key.keyid: dict(key.object, keyid=key.keyid)},
        "readme": "",
        "steps": steps,
    }
    write_metablock(
        os.path.join(folder, "root.layout"), owner, canonical(layout), pretty(layout, 1)
    )


def write_chain(folder, owner, key, steps, count):
    names = ["step%04d" % i for i in range(steps)]
    rest = ["DISALLOW", "*"]
    written = []
    for before, name in zip([None] + names, names):
        source = ["MATCH", "*", "WITH", "PRODUCTS", "FROM", before] if before else ["ALLOW", "*"]
        own = ["MATCH", "*", "WITH", "MATERIALS", "FROM", name]
        written.append(step_of(key, name, [source, rest], [own, rest]))
    write_layout(folder, owner, key, written)
    artifacts = artifacts_of(count)
    write_links(folder, key, names, artifacts, artifacts)


def write_rules(folder, owner, key, mode, rules, count):
    artifacts = artifacts_of(count)
    names = sorted(artifacts)
    forms = {
        "literal": lambda i: ["CREATE", names[i % count]],
        "prefix": lambda i: ["CREATE", "src/dir%03d/*" % (i % 97)],
        "miss": lambda i: ["ALLOW", "no-such-%d/*" % i],
    }
    expected = [forms[mode](i) for i in range(rules)] + [["ALLOW", "*"], ["DISALLOW", "*"]]
    write_layout(folder, owner, key, [step_of(key, "step0000", [], expected)])
    write_links(folder, key, ["step0000"], {}, artifacts)


def main():
    if len(sys.argv) != 5 or sys.argv[2] not in ("chain", "literal", "prefix", "miss"):
        sys.exit(__doc__)
    folder, mode = sys.argv[1:3]
    many, count = int(sys.argv[3]), int(sys.argv[4])
    owner, key = Key(b"owner"), Key(b"functionary")
    os.makedirs(folder, exist_ok=True)
    owner.write(folder, "owner")
    if mode == "chain":
        write_chain(folder, owner, key, many, count)
    else:
        write_rules(folder, owner, key, mode, many, count)


if __name__ == "__main__":
    main()
