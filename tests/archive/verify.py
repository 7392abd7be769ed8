#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Verifies an archive after docs/intoto-archive.5, with Python's library, zstd(1) and openssl(1), and no code of ours.
# The chain inside is for "intoto verify"; this is about the file: who signed, what is there, and in which order.
#
#	verify.py ARCHIVE KEY [PREVIOUS]           KEY: a public Ed25519 key (PEM)
#
# Exit status 0: whole and signed; 1: not, each reason on a line of its own.
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile

BASE = 'https://in-toto.io/intoto/archive/'
FIRST = 'manifest.dsse.json'
LATER = re.compile(r'renewals/(\d{4})\.dsse\.json')
ROLES = {'layout', 'key', 'link', 'attestation', 'attestations', 'raw', 'certificate', 'timestamp', 'trust', 'report',
         'vsa', 'parameters', 'exception', 'other'}


class Refused(Exception):
    pass


def want(condition, text):
    if not condition:
        raise Refused(text)


def no_doubles(pairs):
    want(len({name for name, _ in pairs}) == len(pairs), 'a member is twice in an object')
    return dict(pairs)


def parse(data):
    return json.loads(data.decode('utf-8'), object_pairs_hook=no_doubles)


def opened(envelope, key):
    """The statement, once somebody known signed it."""
    outer = parse(envelope)
    payload = base64.b64decode(outer['payload'], validate=True)
    kind = outer['payloadType'].encode()
    want(kind == b'application/vnd.in-toto+json', 'another payload type')
    message = b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(payload), payload)
    for signature in outer['signatures']:
        with tempfile.NamedTemporaryFile() as text, tempfile.NamedTemporaryFile() as sig:
            text.write(message)
            sig.write(base64.b64decode(signature['sig']))
            text.flush()
            sig.flush()
            tried = subprocess.run(['openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', key, '-in', text.name,
                                    '-sigfile', sig.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if tried.returncode == 0:
            statement = parse(payload)
            want(statement['_type'] == 'https://in-toto.io/Statement/v1', 'no statement')
            return statement
    raise Refused('is not signed by the key')


def is_safe(name):
    data = name.encode('utf-8')
    return 0 < len(data) <= 1024 and not any(c < 0x20 or c == 0x7f or c == 0x5c for c in data) and all(
        part not in (b'', b'.', b'..') and len(part) <= 255 for part in data.split(b'/'))


def root(leaves):
    if not leaves:
        return hashlib.sha256(b'').digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b'\1' + root(leaves[:half]) + root(leaves[half:])).digest()


def leaf(name, size, digest):
    text = '%d:%s %d sha256:%s' % (len(name.encode()), name, size, digest['sha256'])
    if 'sha512' in digest:
        text += ' sha512:' + digest['sha512']
    return hashlib.sha256(b'\0' + text.encode()).digest()


def read_manifest(data, key):
    statement = opened(data, key)
    want(statement['predicateType'] == BASE + 'v1', 'is no manifest')
    predicate = statement['predicate']
    names = [s['name'] for s in statement['subject']]
    want(len(names) == len(predicate['members']) <= 100000, 'as many members as subjects')
    want(all(is_safe(n) and n.lower() != FIRST and not n.lower().startswith('renewals/') for n in names), 'a bad name')
    raw = [n.encode() for n in names]
    want(all(a < b for a, b in zip(raw, raw[1:])), 'the names are not in order')
    folded = {n.lower() for n in raw}
    want(len(folded) == len(raw), 'names that differ in case alone')
    want(not any(b'/'.join(n.lower().split(b'/')[:i]) in folded for n in raw for i in range(1, n.count(b'/') + 1)),
         'a file in the place of a folder')
    members = {}
    for subject, member in zip(statement['subject'], predicate['members']):
        digest = subject['digest']
        want(re.fullmatch('[0-9a-f]{64}', digest['sha256']), 'no digest')
        want(type(member['size']) is int and member['size'] >= 0, 'no size')
        want(member['role'] in ROLES, 'another role')
        members[subject['name']] = (member['size'], digest)
    found = root([leaf(n, *members[n]) for n in names]).hex()
    want(predicate['merkleRoot'] == {'sha256': found}, 'the root is ' + found)
    for step in predicate['completeness']:
        want(all(e in members for e in step['evidence']), 'evidence that is no member')
    want(('previous' in predicate) == (predicate['number'] > 0), 'previous and number')
    return predicate, members


def tar_bytes(path):
    with open(path, 'rb') as file:
        if file.read(4) != b'\x28\xb5\x2f\xfd':
            file.seek(0)
            return file.read()
    return subprocess.run(['zstd', '-dc', path], check=True, stdout=subprocess.PIPE).stdout


class Bytes:
    """So that it is known where tarfile stopped."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def read(self, n=-1):
        piece = self.data[self.at:] if n < 0 else self.data[self.at:self.at + n]
        self.at += len(piece)
        return piece

    def tell(self):
        return self.at

    def seek(self, at):
        self.at = at


def judge_later(number, name, data, key, lines, members, withheld):
    match = LATER.fullmatch(name)
    want(match and int(match[1]) == number, name + ': does not stand where it belongs')
    statement = opened(data, key)
    kind = statement['predicateType']
    want(kind in (BASE + 'renewal/v1', BASE + 'redaction/v1'), name + ': unknown')
    predicate = statement['predicate']
    want(set(predicate) <= {'archive', 'entries', 'time', 'timestamp', 'tool', 'reason', 'withheld'}, name + ': unknown')
    listed = []
    for one in predicate.get('withheld', []):
        size, digest = members.get(one['name'], (None, {}))
        want(size == one['size'] and digest['sha256'] == one['digest']['sha256'], name + ': withholds no such member')
        want(one['name'] not in [n for n, _, _ in lines], name + ': withholds what is there')
    # Withheld members have their line, where the manifest has them.
    sizes = {n: (s, d) for n, s, d in lines}
    sizes.update({n: (o['size'], o['digest']['sha512']) for n, o in withheld.items()})
    later = [n for n, _, _ in lines if LATER.fullmatch(n)]
    for entry in [FIRST] + sorted(members, key=str.encode) + later:
        want(entry in sizes, entry + ': is not there')
        listed.append('%d:%s %d sha512:%s\n' % (len(entry.encode()), entry, *sizes[entry]))
    want(predicate['entries'] == len(listed), name + ': is over other entries')
    text = ''.join(listed).encode()
    want(statement['subject'] == [{'digest': {'sha512': hashlib.sha512(text).hexdigest()}, 'name': 'listing'}],
         name + ': is over other entries')


def verify(path, key, previous=None):
    data = tar_bytes(path)
    lines, later, faults, withheld = [], [], [], {}
    predicate, members = None, {}
    with tarfile.open(fileobj=Bytes(data), mode='r:') as tar:
        end = 0
        for info in tar:
            want(info.isreg() and not info.sparse, info.name + ': is no file')
            content = tar.extractfile(info).read()
            end = info.offset_data + (info.size + 511) // 512 * 512
            if data[info.offset_data + info.size:end].strip(b'\0'):
                faults.append(info.name + ': bytes in the filling')
            if predicate is None:
                want(info.name == FIRST, 'the first member is no manifest')
                predicate, members = read_manifest(content, key)
                order = sorted(members, key=str.encode)
                place = -1
            elif LATER.fullmatch(info.name):
                later.append((info.name, content))
            elif info.name not in members:
                faults.append(info.name + ': added')
            elif info.name in [n for n, _, _ in lines]:
                faults.append(info.name + ': repeated')
            else:
                size, digest = members[info.name]
                if any(hashlib.new(kind, content).hexdigest() != digest[kind] for kind in digest) or size != len(content):
                    faults.append(info.name + ': replaced')
                if later or order.index(info.name) < place:
                    faults.append(info.name + ': reordered')
                place = max(place, order.index(info.name))
            if not LATER.fullmatch(info.name):
                lines.append((info.name, len(content), hashlib.sha512(content).hexdigest()))
    if len(data) < end + 1024 or data[end:].strip(b'\0'):
        faults.append('ends early, or goes on behind its end')
    # A renewal before a redaction is over what that withholds, too.
    for name, content in [] if faults else later:
        withheld.update({one['name']: one for one in opened(content, key)['predicate'].get('withheld', [])})
    for number, (name, content) in enumerate(later, 1):
        if not faults:
            judge_later(number, name, content, key, lines, members, withheld)
        lines.append((name, len(content), hashlib.sha512(content).hexdigest()))
    there = {n for n, _, _ in lines}
    faults += [n + ': removed' for n in order if n not in there and n not in withheld]
    if previous:
        with open(previous, 'rb') as file:
            found = hashlib.sha256(file.read()).hexdigest()
        if predicate.get('previous') != {'sha256': found}:
            faults.append('is another archive than the one before it')
    return faults, len(members), withheld


def main():
    try:
        faults, count, withheld = verify(*sys.argv[1:])
    except (Refused, KeyError, TypeError, ValueError, tarfile.TarError, subprocess.CalledProcessError) as why:
        faults = [str(why) or type(why).__name__]
    for fault in faults:
        print(fault)
    if faults:
        sys.exit(1)
    print('whole: %d members, %d of them withheld' % (count, len(withheld)))


main()
