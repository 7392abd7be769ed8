#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Makes archives whose hostile manifest is signed well, after docs/intoto-archive.5 and with no code of ours.
#
#	signed.py KEY OUT WHAT          KEY: an Ed25519 private key (PEM), for openssl(1); OUT: - is standard output
import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile

TYPE = 'https://in-toto.io/intoto/archive/v1'
PAYLOAD_TYPE = 'application/vnd.in-toto+json'


def leaf(name, size, sha256):
    name_bytes = name.encode()
    line = b'%d:%s %d sha256:%s' % (len(name_bytes), name_bytes, size, sha256.encode())
    return hashlib.sha256(b'\0' + line).digest()


def merkle(leaves):
    if not leaves:
        return hashlib.sha256(b'').digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b'\1' + merkle(leaves[:k]) + merkle(leaves[k:])).digest()


def statement(described):
    """described: (name, size, sha256), in order"""
    return {
        '_type': 'https://in-toto.io/Statement/v1',
        'predicateType': TYPE,
        'subject': [{'digest': {'sha256': d}, 'name': n} for n, _, d in described],
        'predicate': {
            'completeness': [],
            'keeping': {'class': 'release'},
            'members': [{'mediaType': 'text/plain', 'role': 'other', 'size': s} for _, s, _ in described],
            'merkleRoot': {'sha256': merkle([leaf(*d) for d in described]).hex()},
            'number': 0,
            'product': 'app',
            'release': '1.0',
            'time': '2030-03-17T17:46:40Z',
            'tool': 'signed.py',
            'verdict': 'passed',
        },
    }


def sign(key, payload):
    pae = b'DSSEv1 %d %s %d %s' % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    with tempfile.NamedTemporaryFile() as message:
        message.write(pae)
        message.flush()
        signature = subprocess.run(['openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', key, '-in', message.name],
                                   check=True, stdout=subprocess.PIPE).stdout
    return json.dumps({
        'payload': base64.b64encode(payload).decode(),
        'payloadType': PAYLOAD_TYPE,
        'signatures': [{'keyid': '', 'sig': base64.b64encode(signature).decode()}],
    }).encode()


class Zeros(io.RawIOBase):
    def __init__(self, size):
        self.left = size

    def read(self, n=-1):
        n = self.left if n < 0 else min(n, self.left)
        self.left -= n
        return bytes(n)


def zeros_digest(size):
    digest = hashlib.sha256()
    piece = bytes(1 << 20)
    for _ in range(size >> 20):
        digest.update(piece)
    return digest.hexdigest()


def describe(members):
    return [(n, len(d), hashlib.sha256(d).hexdigest()) for n, d in members]


def write(out, manifest, members):
    where = {'fileobj': sys.stdout.buffer, 'mode': 'w|'} if out == '-' else {'name': out, 'mode': 'w'}
    with tarfile.open(format=tarfile.PAX_FORMAT, **where) as tar:
        for name, data in [('manifest.dsse.json', manifest)] + members:
            info = tarfile.TarInfo(name)
            info.size = data.left if isinstance(data, Zeros) else len(data)
            tar.addfile(info, data if isinstance(data, Zeros) else io.BytesIO(data))


def main():
    key, out, what = sys.argv[1:4]
    members = [('other/a', b'a'), ('other/b', b'b')]
    described = None
    change = None
    times = 1
    if what == 'same':
        pass
    elif what in ('dotdot', 'absolute', 'backslash', 'control', 'empty-part', 'long-part', 'long-name', 'not-utf8'):
        members[1] = ({
            'dotdot': 'other/../../outside', 'absolute': '/etc/outside', 'backslash': 'other\\..\\x',
            'control': 'other/\x1b[2Jx', 'empty-part': 'other//x', 'long-part': 'other/' + 'x' * 256,
            'long-name': 'other/' + '/'.join(['x' * 200] * 6), 'not-utf8': 'other/\udcff',
        }[what], b'b')
    elif what == 'two-of-one-name':
        members[1] = members[0]
    elif what == 'case':
        members = [('other/A', b'a'), ('other/a', b'b')]
    elif what == 'case-manifest':
        members.insert(0, ('Manifest.DSSE.json', b'x'))
    elif what == 'case-renewals':
        members.insert(0, ('Renewals/0001.dsse.json', b'x'))
    elif what == 'file-and-folder':
        members = [('other/a', b'a'), ('other/a/b', b'b')]
    elif what == 'case-folder':
        members = [('other/A', b'a'), ('other/a/b', b'b')]
    elif what == 'order':
        members.reverse()
    elif what == 'root':
        change = lambda s: s['predicate']['merkleRoot'].update(sha256='0' * 64)
    elif what == 'size-below-0':
        change = lambda s: s['predicate']['members'][0].update(size=-1)
    elif what == 'size-real':
        change = lambda s: s['predicate']['members'][0].update(size=1.5)
    elif what == 'size-huge':
        described = [(n, 2 ** 63 - 1, d) for n, _, d in describe(members)]
    elif what == 'role':
        change = lambda s: s['predicate']['members'][0].update(role='admin')
    elif what == 'fewer-members':
        change = lambda s: s['predicate']['members'].pop()
    elif what == 'upper-hex':
        change = lambda s: s['subject'][0]['digest'].update(sha256=s['subject'][0]['digest']['sha256'].upper())
    elif what == 'evidence-elsewhere':
        change = lambda s: s['predicate'].update(
            completeness=[{'evidence': ['other/c'], 'step': 'build', 'threshold': 1}])
    elif what == 'first-of-a-chain':
        change = lambda s: s['predicate'].update(previous={'sha256': '0' * 64})
    elif what == 'number-without-previous':
        change = lambda s: s['predicate'].update(number=7)
    elif what == 'time':
        change = lambda s: s['predicate'].update(time='yesterday')
    elif what == 'statement':
        change = lambda s: s.update(_type='https://in-toto.io/Statement/v0.1')
    elif what == 'type':
        change = lambda s: s.update(predicateType='https://example.org/other')
    elif what in ('million', 'one-too-many'):
        # They are only counted: their names and their root do not matter.
        described = [('other/0000000', 0, '0' * 64)]
        times = 10 ** 6 if what == 'million' else 10 ** 5 + 1
        members = []
    elif what == 'most':
        members = [('other/%07d' % i, b'') for i in range(10 ** 5)]
    elif what == 'bomb':
        # Each member is as the manifest says: only their sum tells.
        described = [('other/%d' % i, 256 << 20, zeros_digest(256 << 20)) for i in range(5)]
        members = [(n, Zeros(s)) for n, s, _ in described]
    elif what == 'bomb-small':
        described = [('other/%d' % i, 256 << 20, zeros_digest(256 << 20)) for i in range(2)]
        members = [(n, Zeros(s)) for n, s, _ in described]
    else:
        sys.exit('signed.py: unknown ' + what)
    body = statement(described or describe([(n.encode('utf-8', 'surrogateescape').decode('latin-1')
                                             if what == 'not-utf8' else n, d) for n, d in members]))
    if change:
        change(body)
    payload = json.dumps(body, separators=(',', ':'), ensure_ascii=False).encode(
        'latin-1' if what == 'not-utf8' else 'utf-8')
    if times > 1:
        for name in (b'"subject":[', b'"members":['):
            start = payload.index(name) + len(name)
            end = payload.index(b']', start)
            payload = payload[:start] + b','.join([payload[start:end]] * times) + payload[end:]
    write(out, sign(key, payload), members)


main()
