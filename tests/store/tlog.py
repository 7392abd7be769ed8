#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Checks proofs of a log from the specifications alone (c2sp.org/signed-note, tlog-checkpoint, tlog-proof, tlog-tiles;
# RFC 9162 2.1): shares no code with the program.
#
#	tlog.py proof VKEY FILE ID		the proof is of an entry with that id
#	tlog.py consistent VKEY OLD NEW HASHES	both checkpoints are signed, and the second goes on from the first
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha(b'\1' + left + right)


def checkpoint(vkey, note):
    name, key_id, blob = vkey.split('+', 2)
    key = base64.b64decode(blob, validate=True)
    assert key[0] == 1 and len(key) == 33, 'no Ed25519 key'
    assert sha(name.encode() + b'\n' + key)[:4].hex() == key_id, 'key id'
    text, _, lines = note.rpartition('\n\n')
    text += '\n'
    good = False
    for line in lines.splitlines():
        dash, signer, signature = line.split(' ')
        signature = base64.b64decode(signature, validate=True)
        assert dash == '—'
        if signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
            good = True
    assert good, 'not signed'
    origin, size, root = text.split('\n')[:3]
    assert origin == name
    return int(size), base64.b64decode(root, validate=True)


def included(leaf, index, size, path, root):
    fn, sn, r = index, size - 1, leaf
    for p in path:
        assert sn != 0, 'too long'
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            r = node(r, p)
        fn >>= 1
        sn >>= 1
    assert sn == 0 and r == root, 'another root'


def consistent(first, first_root, second, second_root, proof):
    if first == second:
        assert first_root == second_root and not proof
        return
    if first & (first - 1) == 0:
        proof = [first_root] + proof
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = proof[0]
    for c in proof[1:]:
        assert sn != 0
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            sr = node(sr, c)
        fn >>= 1
        sn >>= 1
    assert fr == first_root and sr == second_root and sn == 0, 'another tree'


def hashes(lines):
    return [base64.b64decode(line, validate=True) for line in lines]


what, vkey = sys.argv[1], open(sys.argv[2]).read().strip()
if what == 'proof':
    head, _, note = open(sys.argv[3]).read().partition('\n\n')
    lines = head.split('\n')
    assert lines[0] == 'c2sp.org/tlog-proof@v1'
    entry = json.load(open(sys.argv[4]))
    leaf = json.dumps(entry, sort_keys=True, separators=(',', ':')).encode()
    size, root = checkpoint(vkey, note)
    included(sha(b'\0' + leaf), int(lines[1].split()[1]), size, hashes(lines[2:]), root)
else:
    first, first_root = checkpoint(vkey, open(sys.argv[3]).read())
    second, second_root = checkpoint(vkey, open(sys.argv[4]).read())
    consistent(first, first_root, second, second_root, hashes(open(sys.argv[5]).read().split()))
print('good')
