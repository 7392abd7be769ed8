#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto run --sandbox: what a step reaches, what it does not, and what is said of that.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'
PATH=$tap_top/bin:/usr/bin:/bin

intoto key generate --no-passphrase -o "$tap_top/bob.pem" >/dev/null
bob=$tap_top/bob.pem
run() { timeout 60 intoto run -n build --signing-key "$bob" "$@"; }
sandboxed() { run --sandbox "$@"; }
fresh() {
	cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1
}
payload() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' build.*.link | base64 -d; }
link_has() { payload >"$tap_top/payload" && has "$tap_top/payload" "$1"; }
absent() { [ ! -e "$1" ] || { echo "$1 is there"; return 1; }; }
files() { find . -mindepth 1 ! -name '*.link' -printf '%P\n' | LC_ALL=C sort | tr '\n' ' '; }
content() { [ "$(cat "$1")" = "$2" ] || { echo "$1: $(cat "$1")"; return 1; }; }

# told "sentence" TEXT: the command before this said so on standard error
told() {
	cp "$tap_stderr" "$tap_top/said"
	ok "$1" has "$tap_top/said" "$2"
	cp "$tap_top/said" "$tap_stderr"
}

fresh probe
if ! sandboxed -- true >"$tap_top/probe" 2>&1; then
	ok 'where it cannot be confined, nothing is run, and it is said why' grep -q 'was not run: nothing here can' "$tap_top/probe"
	done_testing
fi
views=
link_has mount-namespace && views=1
named=
link_has '"denied-named":true' && named=1
# names "sentence" PATH WORDS: the last refusal is told, where that can be done
names() {
	if [ -n "$named" ]; then
		told "$1" "sandbox: $2: $3"
	else
		skip 'the view cannot name paths here' "$1"
	fi
}

# --- what it may ---------------------------------------------------------------------------------------
fresh may
mkdir src && echo one >src/a
ok 'it reads its materials and makes its product' sandboxed -m src -p out -- sh -c 'cat src/a >out'
ok 'which is there' content out one
ok 'the link says what was kept' link_has '"promises":["files","no-network","nothing-left"]'
ok 'and what was declared' link_has '"read":["src"],"toolchain":["system"],"write":["out"]'
ok 'and that there was no network' link_has '"network":false'
ok 'its status is given back' test "$(sandboxed -- sh -c 'exit 7'; echo $?)" = 7
ok 'and its signal' test "$(sandboxed -- sh -c 'kill -TERM $$'; echo $?)" = 143
refuses 127 'command not found' 'a command that is not there is 127' sandboxed -- no-such-command
ok 'standard input is its own' test "$(echo in | sandboxed -- cat)" = in
ok 'descriptors are handed down' test "$(sandboxed -- sh -c 'cat <&5' 5<<<handed)" = handed
ok 'but not a folder' sandboxed -- sh -c '! ls /proc/self/fd/6/ 2>/dev/null' 6</
told 'which is said' '1 open descriptors were not handed down'
ok 'its folder has the same path' test "$(sandboxed -m src -- pwd)" = "$PWD"
ok 'it has a HOME and a TMPDIR to write to' sandboxed -- sh -c 'echo >"$HOME/a" && echo >"$TMPDIR/a" && echo >/tmp/a'
is "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'intoto-scratch.*' -newer "$bob" -user "$(id -u)" 2>/dev/null | head -1)" '' 'of which nothing stays'
is "$(files)" 'out src src/a ' 'and nothing else is left'

# --- what it may not -----------------------------------------------------------------------------------
fresh read
echo secret >secret && mkdir src && echo hi >src/a && echo x >"$tap_top/outside"
ok 'it does not read what is not declared' sandboxed -m src -- sh -c '! cat secret'
names 'which is named' "$PWD/secret" 'was not shown; -m or --sandbox-read would grant it'
ok 'nor by ..' sandboxed -m src -- sh -c '! cat src/../secret && ! cat src/../../../outside'
ok 'nor the key' sandboxed -m src -- sh -c "! cat $bob"
names 'which is named, too' "$bob" 'was not shown'
ok 'nor the passwords of the system' sandboxed -- sh -c '! cat /etc/shadow'
ok 'with --sandbox-read it does' sandboxed --sandbox-read secret -- cat secret
ok 'and cannot write it' sandboxed --sandbox-read secret -- sh -c '! echo x >secret'
ok 'a link among the materials leads nowhere else' eval 'ln -s ../secret src/link; sandboxed --symlinks=record -m src -- sh -c "! cat src/link"'
ok 'a hard link gives nothing away' sandboxed -m src -p out -- sh -c '! ln secret out && ! ln src/a /tmp/b || true; echo >out'
ok 'a material that is a link is followed' eval 'ln -s secret l; sandboxed -m l -- cat l'
ok 'and shows what it leads to' test "$(cat "$tap_stdout")" = secret
refuses 64 'is the root folder' 'all of it cannot be declared' sandboxed --sandbox-read / -- true

fresh write
mkdir src && echo hi >src/a && echo old >old
ok 'it does not write a material' sandboxed -m src -- sh -c '! echo x >src/a && ! rm src/a && ! echo >src/new'
ok 'nor what stands beside a product' sandboxed -m . -p out -- sh -c '! echo x >old; echo p >out'
is "$(files)" 'old out src src/a ' 'nothing is changed'
ok 'the product is there' content out p
ok 'nor above' sandboxed -m . -p . -- sh -c 'echo x >../above; echo >/usr/above; true'
ok 'really' absent ../above
ok 'nor in the system' absent /usr/above
if [ -n "$views" ]; then
	ok 'what is made beside a product is thrown away' sandboxed -p out2 -- sh -c 'echo a >junk; mv junk out2; echo b >junk'
	told 'and told' "$PWD/junk: was made and thrown away; -p or --sandbox-write would grant it"
	ok 'a product may be renamed into its place' content out2 a
	ok 'and stands in the link' link_has '"out2":'
	ok 'a product that was there is replaced' sandboxed -p old -- sh -c 'cat old >new && echo new >>new && mv -f new old'
	ok 'with what it was made of' content old "$(printf 'old\nnew')"
	ok 'written to in its place' sandboxed -m old -p old -- sh -c 'echo more >>old'
	ok 'it is the same file' test "$(tail -1 old)" = more
	ok 'or removed' sandboxed --optional -p old -- rm old
	ok 'really removed' absent old
	ok 'a product in folders that are not there' sandboxed -p deep/er/out -- sh -c 'mkdir -p deep/er && echo d >deep/er/out'
	ok 'gets them' content deep/er/out d
	ok 'a folder as a product' sandboxed -p new/ -- sh -c 'mkdir new && echo n >new/n'
	ok 'has its files' content new/n n
	ok 'a path outside the folder, too' sandboxed -p ../else -- sh -c 'echo e >../else'
	ok 'is there' content ../else e
fi
ok 'a product that was not made is missed' eval 'sandboxed -p never -- true; [ $? = 125 ]'
ok 'no placeholder stays' absent never

fresh net
cat >net.py <<'EOF'
import socket, sys
def refused(*a):
    try:
        s = socket.socket(*a[:2])
        s.settimeout(2)
        s.sendto(b'x', a[2]) if a[1] == socket.SOCK_DGRAM and a[0] != socket.AF_UNIX else s.connect(a[2])
    except OSError:
        return
    sys.exit(f'reached {a[2]}')
refused(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', int(sys.argv[1])))
refused(socket.AF_INET, socket.SOCK_DGRAM, ('127.0.0.1', int(sys.argv[1])))
refused(socket.AF_UNIX, socket.SOCK_STREAM, '\0' + sys.argv[2])
refused(socket.AF_UNIX, socket.SOCK_STREAM, sys.argv[3])
EOF
cat >serve.py <<'EOF'
import os, socket, sys, time
t = socket.create_server(('127.0.0.1', 0))
a = socket.socket(socket.AF_UNIX); a.bind('\0' + sys.argv[1]); a.listen()
p = socket.socket(socket.AF_UNIX); p.bind(sys.argv[2]); p.listen()
print(t.getsockname()[1], flush=True)
time.sleep(60)
EOF
coproc python3 serve.py "intoto-$$" "$tap_top/socket"
read -r port <&"${COPROC[0]}"
ok 'it reaches no host and no service' sandboxed -m net.py -- python3 net.py "$port" "intoto-$$" "$tap_top/socket"
ok 'with --sandbox-network it does' sandboxed --sandbox-network -- python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))"
ok 'and the link says so' link_has '"network":true'
kill "$COPROC_PID" 2>/dev/null

fresh process
sleep 60 &
other=$!
ok 'it neither signals nor traces others' sandboxed -- sh -c "! kill $other && ! kill -0 $$ && ! cat /proc/$other/environ"
ok 'nor whoever runs it' sandboxed -- sh -c '! kill -9 -1 || true; for p in 1 $PPID; do kill -9 $p; done; true'
kill $other
ok 'a daemon of it' sandboxed -p alive -- python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            open("alive", "a").write("x"); time.sleep(0.01)
time.sleep(0.3)'
size=$(stat -c %s alive)
sleep 0.2
is "$(stat -c %s alive)" "$size" 'is gone with it'
ok 'it gains no rights' sandboxed -- sh -c 'grep -q "^NoNewPrivs:.1" /proc/self/status && grep -q "^CapEff:.0000000000000000" /proc/self/status'

# --- environment ---------------------------------------------------------------------------------------
fresh environment
export PLAIN=kept GITHUB_TOKEN=leak AWS_SECRET_ACCESS_KEY=leak SSH_AUTH_SOCK=/nowhere
ok 'variables are kept' test "$(sandboxed -- sh -c 'echo $PLAIN')" = kept
ok 'not those that look like secrets' sandboxed -- sh -c '[ -z "${GITHUB_TOKEN+x}${AWS_SECRET_ACCESS_KEY+x}${SSH_AUTH_SOCK+x}" ]'
told 'which is said' 'the variable GITHUB_TOKEN was not handed down; --sandbox-env grants it'
ok 'and stands in the link, by name' link_has '"withheld":["AWS_SECRET_ACCESS_KEY","GITHUB_TOKEN"]'
ok 'unless they are named' sandboxed --sandbox-env GITHUB_TOKEN -- sh -c '[ "$GITHUB_TOKEN" = leak ]'
unset GITHUB_TOKEN AWS_SECRET_ACCESS_KEY SSH_AUTH_SOCK

# --- limits of telling ---------------------------------------------------------------------------------
if [ -n "$named" ]; then
	fresh many
	mkdir other && (cd other && seq 10000 | xargs touch)
	(for i in $(seq 30); do echo >"top$i"; done)
	ok '10,000 lookups in vain are no trouble' sandboxed -- python3 -c '
import os
for i in range(10000):
    try: os.stat(f"nothing{i}")
    except FileNotFoundError: pass
for i in range(1, 31):
    try: os.stat(f"top{i}")
    except FileNotFoundError: pass'
	told 'how many more is told' 'more paths'
	is "$(grep -c 'was not shown' "$tap_top/said")" 20 'behind 20 of them'
	ok 'the link has them all' link_has "$PWD/top30"
fi

# --- options -------------------------------------------------------------------------------------------
fresh options
refuses 64 'option --sandbox-network wants --sandbox' 'a promise that is none is a mistake' run --sandbox-network -- true
refuses 64 'wants on or best-effort or learn' 'so is another mode' run --sandbox=often -- true
refuses 64 "toolchain 'nowhere': want system, none, or a path that is there" 'and a toolchain that is not there' sandboxed --toolchain nowhere -- true
refuses 64 'want a number from 1' 'and no number' sandboxed --sandbox-processes none -- true
if [ -n "$views" ]; then
	refuses 127 'not found' 'without a toolchain there are no programs' sandboxed --toolchain none -- true
fi
ok 'memory can be bounded' sandboxed --sandbox-memory 256 -- python3 -c '
try: bytearray(1 << 30)
except MemoryError: pass
else: raise SystemExit(1)'

# --- learning ------------------------------------------------------------------------------------------
# proposed CMD...: learns, starts afresh, runs the line
proposed() {
	run --sandbox=learn -- "$@" || return
	cp "$tap_stderr" "$tap_top/learned"
	grep '^intoto run -n build' "$tap_top/learned" >"$tap_top/line"
	[ -s "$tap_top/line" ] || return
	rm -rf prog out ./*.o
	eval "timeout 60 intoto run --signing-key $bob $(sed 's/^intoto run//' "$tap_top/line")"
}
learns() {
	fresh learn
	mkdir src && echo '#include "h.h"
int main(void) { return H; }' >src/a.c && echo '#define H 0' >src/h.h
	printf 'prog: a.o\n\tcc -o prog a.o\na.o: src/a.c src/h.h\n\tcc -c -o a.o src/a.c\n' >Makefile
	echo 'open("out", "w").write(open("src/h.h").read())' >gen.py
}
learns
if run --trace=full -- true >/dev/null 2>&1; then
	if command -v cc >/dev/null; then
		ok 'what it proposes for a compiler is enough' proposed cc -o prog src/a.c
		ok 'and minimal' grep -qF -- '-m src/a.c src/h.h -p prog --sandbox -- cc' "$tap_top/line"
		ok 'as JSON, too' has "$tap_top/learned" '{"materials":["src/a.c","src/h.h"],"network":false,"products":["prog"]'
		learns
	fi
	if command -v make >/dev/null && command -v cc >/dev/null; then
		ok 'and for make' proposed make
		ok 'which made it' test -x prog
		learns
	fi
	ok 'and for python3' proposed python3 gen.py
	ok 'which wrote it' content out '#define H 0'
	mkdir -p "$HOME/.ssh" && echo key >"$HOME/.ssh/id_ed25519"
	ok 'a secret is pointed out' run --sandbox=learn -- cat "$HOME/.ssh/id_ed25519"
	told 'which is said' 'id_ed25519: was read and looks like a secret'
	ok 'and not proposed' lacks "$tap_top/said" '--sandbox-read'
else
	skip 'nothing here traces reads' 'what it proposes is enough'
fi

if run --trace=full --trace-with=user-notification -- true >/dev/null 2>&1; then
	fresh traced
	mkdir -p src below/deep && echo hi >src/a && echo secret >below/deep/secret
	ok 'a trace in the sandbox' sandboxed --trace=full -m src -- sh -c '! cat below/deep/secret; ! echo x >src/a; cat src/a'
	cp "$tap_stderr" "$tap_top/said"
	ok 'names refused writes' has "$tap_top/said" "$PWD/src/a: was not to be changed"
	ok 'and a path to its end' has "$tap_top/said" "$PWD/below/deep/secret: was not shown"
	ok 'by a filter' link_has '"mechanism":"user-notification"'
fi

# --- other users, other machines -----------------------------------------------------------------------
if can_be_unprivileged; then
	fresh user
	chmod 777 . && chmod a+rx "$tap_top" "$tap_work" && chmod a+r "$bob" && mkdir src && echo hi >src/a
	echo secret >secret
	ok 'an ordinary user can do it, too' unprivileged intoto run -n build --signing-key "$bob" -m src -p out --sandbox -- sh -c 'cat src/a >out && ! cat secret && [ "$(id -u)" != 0 ]'
	ok 'with its product' content out hi
	ok 'and every promise' link_has '"promises":["files","no-network","nothing-left"]'
else
	skip 'there is no other user' 'an ordinary user can do it, too'
fi
# lacking MECHANISMS: the same step on a kernel that seems to be without them
without=$INTOTO_SOURCE/tests/lib/without.py
lacking() {
	fresh lacking
	mkdir src && echo hi >src/a && echo secret >secret
	# shellcheck disable=SC2086  # words
	timeout 60 python3 "$without" $1 -- "$(type -P intoto)" run -n build --signing-key "$bob" -m src -p out --sandbox${2-} -- \
		sh -c 'cat src/a >out || exit 9; cat secret && exit 8; cat /etc/shadow && exit 7; echo x >src/a && exit 6; echo >"$TMPDIR/a" || exit 5; exit 0'
}
if python3 "$without" seccomp -- true 2>/dev/null; then
	for mechanisms in landlock namespaces user-namespaces mounts seccomp close-range 'landlock seccomp'; do
		ok "without $mechanisms it works" lacking "$mechanisms"
		ok 'with its product' content out hi
		ok 'and every promise' link_has '"promises":["files","no-network","nothing-left"]'
	done
	refuses 125 'keep it from other files (needs Landlock or mount namespaces)' 'without Landlock and namespaces nothing is run' lacking 'landlock namespaces'
	is "$(files)" 'secret src src/a ' 'and nothing is made'
	ok 'unless it is asked for the best that can be had' eval 'lacking "landlock namespaces" =best-effort; [ $? = 8 ]'
	told 'and told that this is little' 'nothing kept it from other files'
	ok 'as the link is' link_has '"promises":["no-network","nothing-left"]'
	lacking namespaces >/dev/null 2>&1
	ok 'a product that nobody made' eval 'timeout 60 python3 "$without" namespaces -- "$(type -P intoto)" run -n build --signing-key "$bob" --optional -p none --sandbox -- true'
	ok 'leaves no placeholder' absent none
else
	skip 'nothing can be taken from this kernel' 'it works on others'
fi
if command -v bwrap >/dev/null && bwrap --dev-bind / / --unshare-user true 2>/dev/null; then
	fresh nested
	echo hi >in && echo secret >secret
	ok 'it works inside another sandbox' bwrap --dev-bind / / --unshare-user --unshare-pid --proc /proc -- "$(type -P intoto)" run -n build --signing-key "$bob" -m in -p out --sandbox -- sh -c 'cat in >out; ! cat secret'
	ok 'with its product there' content out hi
else
	skip 'there is no bubblewrap that works' 'it works inside another sandbox'
fi

done_testing
