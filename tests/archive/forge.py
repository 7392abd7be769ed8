#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Makes bad archives of a good one (a plain tar file).
#
#	forge.py GOOD BAD WHAT
import io
import sys
import tarfile

good, bad, what = sys.argv[1:4]
source = tarfile.open(good)
members = [(m, source.extractfile(m).read()) for m in source.getmembers()]


def named(name, data=b'x', kind=tarfile.REGTYPE, target=''):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, len(data) if kind == tarfile.REGTYPE else 0
    return info, data


def index(prefix):
    return next(i for i, (m, _) in enumerate(members) if m.name.startswith(prefix))


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
elif what == 'renewal':
    members.append(named('renewals/0001.dsse.json', members[0][1]))
else:
    sys.exit('forge.py: unknown ' + what)

with tarfile.open(bad, 'w', format=tarfile.PAX_FORMAT) as out:
    for info, data in members:
        out.addfile(info, io.BytesIO(data))
