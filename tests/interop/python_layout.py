#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a signed layout with the Python tool's own API (in-toto 1.x).

usage: python_layout.py OUT EXPIRES OWNER TYPE FUNCTIONARY.PUB TYPE

EXPIRES is a date as documents have it.  OWNER is a private key file, the other a public one; TYPE is
rsa, ecdsa or ed25519.  The chain is the one of chain.sh.
"""
import sys

from in_toto.models.layout import Inspection, Layout, Step
from in_toto.models.metadata import Metablock
from securesystemslib import interface


def main(out, expires, owner_file, owner_type, functionary_file, functionary_type):
    """Builds, signs and writes."""
    owner = interface.import_privatekey_from_file(owner_file, key_type=owner_type)
    keys = interface.import_publickeys_from_file([functionary_file], [functionary_type])
    (keyid,) = keys

    write = Step(name="write")
    write.pubkeys = [keyid]
    write.expected_products = [["CREATE", "src/*"], ["DISALLOW", "*"]]

    package = Step(name="package")
    package.pubkeys = [keyid]
    package.expected_materials = [
        ["MATCH", "src/*", "WITH", "PRODUCTS", "FROM", "write"],
        ["DISALLOW", "*"],
    ]
    package.expected_products = [["CREATE", "demo.tar"], ["DISALLOW", "*"]]

    unpack = Inspection(name="unpack")
    unpack.set_run_from_string("tar -xf demo.tar")
    unpack.expected_materials = [
        ["MATCH", "demo.tar", "WITH", "PRODUCTS", "FROM", "package"],
        ["DISALLOW", "*"],
    ]
    unpack.expected_products = [
        ["MATCH", "src/*", "WITH", "PRODUCTS", "FROM", "write"],
        ["ALLOW", "demo.tar"],
        ["DISALLOW", "*"],
    ]

    layout = Layout(keys=keys, expires=expires, readme='two "steps" \\ one inspection: grün')
    layout.steps = [write, package]
    layout.inspect = [unpack]
    metablock = Metablock(signed=layout)
    metablock.sign(owner)
    metablock.dump(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
