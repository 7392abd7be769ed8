#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A recording that takes long: what a terminal shows meanwhile, and that it can be ended.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'python3 is missing'
intoto key generate --no-passphrase -o key.pem >/dev/null
truncate -s 1T large 2>/dev/null || skip_all 'no sparse file of 1 TiB can be made here'

# on_terminal SECONDS COMMAND...: on a terminal of its own, interrupted as by ^C after so long; prints what
# it showed, a line for each turn of the line that moves, and how it ended
on_terminal() {
	python3 - "$@" <<'PYTHON'
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
end = time.monotonic() + float(sys.argv[1])
shown, asked = b"", False
while True:
    left = end - time.monotonic()
    if left <= 0 and not asked:
        os.write(fd, b"\x03")
        asked = True
    if left < -20:
        os.kill(pid, 9)
    if not select.select([fd], [], [], max(left, 0.1))[0]:
        continue
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
status = os.waitpid(pid, 0)[1]
print(shown.decode(errors="replace").replace("\r", "\n"))
print("signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "status %d" % os.WEXITSTATUS(status))
PYTHON
}

on_terminal 2 intoto run -n large -m large --signing-key key.pem -- true >shown
ok 'a file of 1 TiB shows its bytes, and how fast they come' \
	grep -Eq '^intoto run: 0 files, [0-9.]+ (MiB|GiB), [0-9.]+ (MiB|GiB)/s' shown
ok 'without a time left that nobody knows' lacks shown ' left'
is "$(tail -n 1 shown)" 'signal 2' 'an interruption ends it'
is "$(find . -name '*.link*')" '' 'and there is no link'
on_terminal 2 intoto run -n large -m large --digest sha512 --signing-key key.pem -- true >shown
ok 'so it is with another digest, read by libcrypto' \
	grep -Eq '^intoto run: 0 files, [0-9.]+ (MiB|GiB), [0-9.]+ (MiB|GiB)/s' shown
is "$(tail -n 1 shown)" 'signal 2' 'which ends, too'
on_terminal 1 intoto run -q -n large -m large --signing-key key.pem -- true >shown
ok 'nothing is shown with -q' lacks shown 'files'

rm large
mkdir tree
for i in 1 2 3 4 5; do
	mkdir "tree/$i"
	(cd "tree/$i" && seq 400 | xargs touch)
done
on_terminal 60 intoto run -n small -m tree -p tree --signing-key key.pem -- true >shown
is "$(tail -n 1 shown)" 'status 0' 'what takes no longer than a blink ends well'
ok 'and shows nothing' lacks shown 'files'

done_testing
