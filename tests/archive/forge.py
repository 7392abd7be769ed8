#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Makes bad archives of a good one (a plain tar file).
#
#	forge.py GOOD BAD WHAT [MORE...]
#
# Of renewals, NUMBER from 1: drop NUMBER..., move FROM TO, swap, take OTHER NUMBER (that of another archive as the
# next one), and sign KEY CODE, which changes the last one's statement (s) by Python and signs it again; manifest KEY CODE
# does so with the manifest's.
import base64
import io
import json
import subprocess
import sys
import tarfile

good, bad, what = sys.argv[1:4]
more = sys.argv[4:]
source = tarfile.open(good)
members = [(m, source.extractfile(m).read()) for m in source.getmembers()]


def named(name, data=b'x', kind=tarfile.REGTYPE, target=''):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, len(data) if kind == tarfile.REGTYPE else 0
    return info, data


def index(prefix):
    return next(i for i, (m, _) in enumerate(members) if m.name.startswith(prefix))


def renewal(number):
    return 'renewals/%04d.dsse.json' % int(number)


# DSSE: the signature is over the type and the payload with their lengths.
def sign(data, key, code):
    envelope = json.loads(data)
    s = json.loads(base64.b64decode(envelope['payload']))
    exec(code, {'s': s, 'base64': base64})
    payload = json.dumps(s).encode()
    kind = envelope['payloadType'].encode()
    with open('forged.pae', 'wb') as out:
        out.write(b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(payload), payload))
    signature = subprocess.run(['openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', key, '-in', 'forged.pae'],
                               check=True, stdout=subprocess.PIPE).stdout
    envelope['payload'] = base64.b64encode(payload).decode()
    envelope['signatures'][0]['sig'] = base64.b64encode(signature).decode()
    return json.dumps(envelope).encode()


link = index('links/')
if what == 'same':
    pass
elif what == 'removed':
    del members[link]
elif what == 'replaced':
    members[link] = (members[link][0], members[link][1].replace(b'"', b"'", 1))
elif what == 'longer':
    members[link] = named(members[link][0].name, members[link][1] + b' ')
elif what == 'added':
    members.append(named('links/more.link'))
elif what == 'repeated':
    members.append(members[link])
elif what == 'reordered':
    members[link], members[link + 1] = members[link + 1], members[link]
elif what == 'dotdot':
    members.append(named('links/../../outside'))
elif what == 'absolute':
    members.append(named('/etc/outside'))
elif what == 'backslash':
    members.append(named('links\\..\\outside'))
elif what == 'control':
    members.append(named('links/\x1b[2Joutside'))
elif what == 'symlink':
    members.append(named('links/out', b'', tarfile.SYMTYPE, '/etc/passwd'))
elif what == 'hardlink':
    members.append(named('links/out', b'', tarfile.LNKTYPE, members[link][0].name))
elif what == 'device':
    members.append(named('links/out', b'', tarfile.CHRTYPE))
elif what == 'late-manifest':
    members.append(members.pop(0))
elif what == 'no-manifest':
    del members[0]
elif what in ('global', 'gnu', 'later-size', 'unknown-attribute', 'filling'):
    pass  # in how it is written
elif what == 'gnu-long-name':
    members.append(named('links/' + 'x' * 120))
elif what == 'renewal':
    members.append(named('renewals/0001.dsse.json', members[0][1]))
elif what == 'drop':
    members = [m for m in members if m[0].name not in map(renewal, more)]
elif what == 'move':
    at = index(renewal(more[0]))
    members[at] = named(renewal(more[1]), members[at][1])
elif what == 'swap':
    members[-1], members[-2] = members[-2], members[-1]
elif what == 'take':
    other = tarfile.open(more[0])
    count = sum(m.name.startswith('renewals/') for m, _ in members)
    members.append(named(renewal(count + 1), other.extractfile(renewal(more[1])).read()))
elif what == 'lose':
    members = [m for m in members if not m[0].name.startswith(more[0])]
elif what == 'put':
    with open(more[1], 'rb') as file:
        at = next(i for i, (m, _) in enumerate(members) if i and (m.name.startswith('renewals/') or m.name > more[0]))
        members.insert(at, named(more[0], file.read()))
elif what == 'manifest':
    members[0] = named(members[0][0].name, sign(members[0][1], more[0], more[1]))
elif what == 'sign':
    members[-1] = named(members[-1][0].name, sign(members[-1][1], more[0], more[1]))
else:
    sys.exit('forge.py: unknown ' + what)

headers = {'pax_headers': {'path': 'links/other.link'}} if what == 'global' else {}
if what == 'later-size':
    # A reader that knows no such attribute reads on where another one stops.
    members[link][0].pax_headers = {'GNU.sparse.realsize': '1', 'GNU.sparse.name': 'links/other.link'}
if what == 'unknown-attribute':
    members[link][0].pax_headers = {'SCHILY.xattr.user.secret': 'x'}
with tarfile.open(bad, 'w', format=tarfile.GNU_FORMAT if what.startswith('gnu') else tarfile.PAX_FORMAT, **headers) as out:
    for info, data in members:
        out.addfile(info, io.BytesIO(data))
if what == 'filling':
    info = tarfile.open(bad).getmembers()[link]
    assert info.size % 512
    with open(bad, 'r+b') as out:
        out.seek(info.offset_data + info.size)
        out.write(b'x')
