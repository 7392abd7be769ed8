#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Signs a DSSE document with gpg as told, and writes the result without asking whether it is good.

usage: gpg_resign.py IN OUT GPG_OPTION...

For signatures that no tool would make: by keys that have expired, with weak digests, of another type.
"""
import base64
import json
import subprocess
import sys


def take_packet(data):
    """The body of the one old-format packet that gpg writes."""
    kind = data[0] & 3
    size = {0: 1, 1: 2, 2: 4}[kind]
    length = int.from_bytes(data[1 : 1 + size], "big")
    return data[1 + size : 1 + size + length]


def take_number(data):
    """A multiprecision integer, and the rest."""
    size = (int.from_bytes(data[:2], "big") + 7) // 8
    return data[2 : 2 + size], data[2 + size :]


def main(source, target, *options):
    """Reads, signs, writes."""
    with open(source, encoding="utf-8") as file:
        document = json.load(file)
    payload = base64.b64decode(document["payload"])
    kind = document["payloadType"].encode()
    covered = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    made = subprocess.run(
        ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", *options],
        input=covered,
        stdout=subprocess.PIPE,
        check=True,
    )
    body = take_packet(made.stdout)
    hashed = 6 + int.from_bytes(body[4:6], "big")
    unhashed = int.from_bytes(body[hashed : hashed + 2], "big")
    first, rest = take_number(body[hashed + 2 + unhashed + 2 :])
    if rest:  # EdDSA
        second, rest = take_number(rest)
        first = first.rjust(32, b"\0") + second.rjust(32, b"\0")
    fingerprint = body.index(b"\x16\x21\x04", 6, hashed) + 3
    document["signatures"] = [
        {
            "keyid": body[fingerprint : fingerprint + 20].hex(),
            "other_headers": body[:hashed].hex(),
            "sig": base64.b64encode(first).decode(),
        }
    ]
    with open(target, "w", encoding="utf-8") as file:
        json.dump(document, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
