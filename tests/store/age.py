#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# A store as if all that is in it had been said so many days earlier: the rows of its entries, the leaves of its log, and
# their tree.  Its key signs it as before; checkpoints of before are those of another log.
#
#	age.py STORE DAYS	of a folder
#	age.py --older STORE DAYS	and as a version wrote it whose log does not tell how long entries are kept
#	age.py - DAYS		reads "NUMBER HEX" of leaves, a line each, and prints statements for PostgreSQL
import hashlib
import json
import sqlite3
import sys


def sha(data):
    return hashlib.sha256(data).digest()


def full(hashes):
    while len(hashes) > 1:
        hashes = [sha(b'\1' + hashes[i] + hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def aged(entry, seconds):
    leaf = json.loads(entry)
    leaf['time'] -= seconds
    if older:
        leaf.pop('class', None)
        leaf.pop('lockUntil', None)
    return json.dumps(leaf, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()


def edge(hashes):
    out, at = len(hashes).to_bytes(8, 'little'), 0
    for bit in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> bit & 1:
            out += full(hashes[at:at + (1 << bit)])
            at += 1 << bit
    return out


def nodes(hashes):
    level = 1
    while len(hashes) >= 256:
        hashes = [full(hashes[i:i + 256]) for i in range(0, len(hashes) // 256 * 256, 256)]
        for number, value in enumerate(hashes):
            yield level, number, value
        level += 1


older = sys.argv[1] == '--older'
if older:
    del sys.argv[1]
store, seconds = sys.argv[1], 86400 * int(sys.argv[2])
if store == '-':
    leaves = [bytes.fromhex(line.split()[1]) for line in sys.stdin if line.strip()]
else:
    db = sqlite3.connect(store + '/index.sqlite')
    leaves = [row[0] for row in db.execute('SELECT entry FROM leaf ORDER BY number')]
    if older:
        leaves = [entry for entry in leaves if json.loads(entry)['type'] in ('put', 'removal', 'hold', 'release')]
        db.execute('DELETE FROM leaf WHERE number >= ?', [len(leaves)])
leaves = [aged(entry, seconds) for entry in leaves]
hashes = [sha(b'\0' + entry) for entry in leaves]
if store == '-':
    for number, entry in enumerate(leaves):
        print(f"UPDATE leaf SET entry = '\\x{entry.hex()}', hash = '\\x{hashes[number].hex()}' WHERE number = {number};")
    print(f"UPDATE entry SET put = put - {seconds};")
    print(f"UPDATE meta SET value = '\\x{edge(hashes).hex()}' WHERE name = 'edge';")
else:
    db.executemany('UPDATE leaf SET entry = ?, hash = ? WHERE number = ?',
                   [(entry, hashes[number], number) for number, entry in enumerate(leaves)])
    db.executemany('UPDATE node SET hash = ? WHERE level = ? AND number = ?',
                   [(value, level, number) for level, number, value in nodes(hashes)])
    db.execute('UPDATE entry SET put = put - ?', [seconds])
    db.execute("UPDATE meta SET value = ? WHERE name = 'edge'", [edge(hashes)])
    db.commit()
