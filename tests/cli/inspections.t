#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Inspections in the sandbox: what a layout's command can see, do and leave behind, on this kernel and on
# kernels that lack a part of it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
[ "$(uname)" = Linux ] || skip_all 'the sandbox is that of Linux'

# Everything may be looked at by somebody else, who is to verify it sometimes.
chmod 755 "$tap_top" "$tap_work"
intoto key generate --type ed25519 --no-passphrase -o owner.pem >/dev/null
mkdir scratch && chmod 1777 scratch
export TMPDIR=$tap_work/scratch
export SECRET_OF_OURS=for-nobody

# inspections {NAME RUN MATERIALS PRODUCTS}...: the signed layout, RUN and rules as JSON
inspections() {
	local list=
	while [ $# -gt 0 ]; do
		list+=$(printf '{"_type":"inspection","name":"%s","run":[%s],"expected_materials":[%s],"expected_products":[%s]},' "${@:1:4}")
		shift 4
	done
	printf '{"signatures":[],"signed":{"_type":"layout","expires":"2100-01-01T00:00:00Z","readme":"","keys":{},"steps":[],"inspect":[%s]}}' \
		"${list%,}" >root.layout
	intoto sign -q -f root.layout -k owner.pem -o root.layout
}
# script TEXT: a layout with one inspection that runs it by sh
script() { inspections look "\"sh\",\"-c\",$(json "$1")" '' ''; }
json() { printf '%s' "$1" | python3 -c 'import json,sys; print(json.dumps(sys.stdin.read()))'; }
command -v python3 >/dev/null || skip_all 'there is no python3'

fresh() { # the folder that is verified
	chmod -R u+rwx here 2>/dev/null
	rm -rf here && mkdir -p here/sub here/.git && chmod 755 here &&
		echo a >here/a && echo b >here/sub/b && echo c >here/.git/config && ln -s sub/b here/link
}
verify() { (cd here && intoto verify -l ../root.layout --verification-keys ../owner.pem.pub "$@"); }
look() { # OPTIONS...: verifies in a fresh folder
	fresh
	verify "$@"
}
# lives SENTENCE TEXT: the script of an inspection ends with status 0, and no word of it reaches the folder
lives() {
	script "$2"
	ok "$1" look
}
nothing_left() { [ -z "$(find scratch -mindepth 1)" ] || { find scratch -mindepth 1 | head; return 1; }; }
unchanged() { diff <(cd here && find . | sort) <(printf '%s\n' . ./.git ./.git/config ./a ./link ./sub ./sub/b | sort); }

# --- what it sees --------------------------------------------------------------------------------------------
lives 'it sees the folder, and what is never recorded too' 'test "$(cat a sub/b link .git/config)" = "a
b
b
c" && test -L link && test "$(readlink link)" = sub/b'
ok 'the folder stays as it was' unchanged
ok 'and nothing stays in TMPDIR' nothing_left
lives 'its environment is clean' 'test -z "$SECRET_OF_OURS" && test -d "$HOME" && test -d "$TMPDIR" &&
	touch "$HOME/x" "$TMPDIR/y" && test "$LC_ALL" = C.UTF-8'
lives 'it has no terminal, no input, no other descriptor' 'test -z "$(cat)" && ! (: </dev/tty) 2>/dev/null &&
	for fd in 3 4 5 6 7 8 9; do if (: <&$fd) 2>/dev/null; then exit 1; fi; done'
echo secret >outside; mkdir -p "$HOME/.ssh"; echo key >"$HOME/.ssh/id"; chmod 644 outside "$HOME/.ssh/id"
lives 'it reads nothing of ours' "! cat '$tap_work/outside' && ! cat '$HOME/.ssh/id' && ! cat '$tap_work/owner.pem' && ! cat /etc/shadow &&
	! cat /proc/1/environ /proc/$$/environ && ! ls /root && ! ls '$HOME/.ssh'"
# (What is below /tmp may be written without harm: its /tmp is not ours.)
lives 'it writes nothing of ours' "echo x >>'$tap_work/outside'; echo x >'$tap_work/new'; ln '$tap_work/outside' hard; mv '$tap_work/outside' .;
	rm '$tap_work/outside'; mkdir '$HOME/new'; ! touch /usr/x /etc/x && ! touch -c -d @1 /usr && ! rm /etc/passwd"
is "$(cat outside; ls -d new "$HOME/new" 2>/dev/null)" secret 'really'
lives 'it cannot go through a link to the outside' "ln -s '$tap_work/outside' out && ! cat out; echo x >out; rm out"
is "$(cat outside)" secret 'neither way'
script 'true'
fresh; ln -s ../outside here/escape
refuses 65 'escape: the symbolic link leads to a file that an inspection in the sandbox does not see' 'a link out of the folder is told' verify
ok 'and passes with --inspections=host' verify --inspections=host
fresh; ln -s /usr/bin/env here/program; ln -s /nowhere here/dangling; ln -s ../outside here/.git/escape
ok 'links into the system, to nowhere, and where nothing is recorded are fine' verify
script "ln -s '$tap_work/outside' planted"
refuses 65 'planted: the symbolic link leads to' 'a link out of the copy that it plants is told' look

# --- what it can do ------------------------------------------------------------------------------------------
lives 'it reaches no network' 'python3 -c "
import socket, sys
for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, 40):
    try:
        socket.socket(kind, socket.SOCK_DGRAM if kind != socket.AF_NETLINK else socket.SOCK_RAW).connect((\"127.0.0.1\", 9))
    except (OSError, TypeError):
        continue
    sys.exit(1)
"'
lives 'it talks to no abstract socket and no process of ours' "! kill -0 $$ 2>/dev/null && ! kill -TERM $$ 2>/dev/null && ! kill -KILL -1 2>/dev/null"
lives 'it gets no namespace, mount, trace or key' '! unshare -r true && ! mount -t tmpfs none . && ! unshare -n true && ! chroot . true'
script 'i=0; while [ $i -lt 10000 ]; do sleep 30 & i=$((i+1)); done; wait'
refuses 1 '[inspection.command]' 'it does not start 10,000 processes' look --inspection-processes 50 --inspection-timeout 20
script 'python3 -c "x = bytearray(1 << 30); x[::4096] = x[::4096]"'
refuses 1 '[inspection.command]' 'it does not eat memory' look --inspection-memory 256M
script 'head -c 3000000 /dev/zero >big'
refuses 1 '[inspection.command]' 'it makes no file that is too large' look --inspection-size 1M
script 'sleep 60'
refuses 1 'took longer than 1 s [inspection.timeout]' 'it does not hang' look --inspection-timeout 1
script 'trap "" TERM INT HUP; (trap "" TERM; sleep 60) & sleep 60; sleep 60'
refuses 1 '[inspection.timeout]' 'nor when it ignores SIGTERM' look --inspection-timeout 1
script 'setsid sh -c "setsid sh -c \"trap \\\"\\\" TERM HUP; while :; do date >tick; sleep 0.05; done\" & sleep 0.1" & sleep 0.4; test -e tick'
ok 'a daemon of it' look
daemons() { pgrep -f 'while :; do date >tick' | grep -v "^$$\$"; }
if command -v pgrep >/dev/null; then
	ok 'does not survive' not daemons
else
	skip 'there is no pgrep' 'does not survive'
fi
lives 'it leaves a FIFO, a socket and a set-user-ID file behind' 'mkfifo pipe && cp /bin/sh shell && chmod 6755 shell && python3 -c "
import socket
try:
    socket.socket(socket.AF_UNIX).bind(\"sock\")
except PermissionError:
    pass"'
ok 'of which nothing is left' nothing_left
script 'head -c 1000000000 /dev/zero'
ok 'a gigabyte of output is nobody'"'"'s trouble' look
ok 'nor with -v' look -v
is "$([ "$(stat -c %s "$tap_out")" -lt 3000000 ] && echo bounded)" bounded 'which shows the beginning'
lives 'it may delete everything' 'rm -rf -- * .git ..?* 2>/dev/null; rm -rf .; true'
ok 'of its copy' unchanged
ok 'and nothing is left' nothing_left
script 'mkdir intoto-moved-a; ln -s a intoto-moved-b; python3 -c "
import os
for i in range(3000):
    os.mkdir(\"d\"); os.chdir(\"d\")"'
refuses 65 'more than 1000 folders deep [inspection.files]' 'it may make it hard to record' look -v
ok 'but not to remove' nothing_left
script 'mkdir -p x/y/z && touch x/y/z/f && chmod 0 x/y/z x/y x; exit 3'
refuses 1 'status 3' 'nor by modes' look
ok 'does it' nothing_left
lives 'it may use /tmp or TMPDIR' 'echo x >"$TMPDIR/f" && mktemp >/dev/null'

# What an inspection leaves in its /tmp is no trap for the sandbox of the next.
mkdir trap && chmod 777 trap
inspections one "\"sh\",\"-c\",$(json "ln -s '$tap_work/trap' /tmp/trap; ln -s '$tap_work/trap' \"\$TMPDIR/trap\"; :")" '' '' \
	two '"sh","-c","test -e a && ! test -e /tmp/trap"' '' ''
ok 'a link in its /tmp leads the next one nowhere' look
is "$(ls trap)" '' 'and nobody else'

# --- what is recorded ----------------------------------------------------------------------------------------
all='["ALLOW","*"]'
inspections first '"touch","made"' '["REQUIRE","a"],["REQUIRE","link"],["DISALLOW",".git*"],["DISALLOW","made"],'"$all" '["REQUIRE","made"],["CREATE","made"],["DISALLOW","made"],'"$all" \
	second '"sh","-c","test -e made && rm made && echo more >>a"' '["REQUIRE","made"],["MATCH","made","WITH","PRODUCTS","FROM","first"],["DISALLOW","made"],'"$all" \
	'["DELETE","made"],["MODIFY","a"],["DISALLOW","a"],'"$all"
ok 'inspections see what those before them did, under the same names as ever' look
ok 'the folder does not see it' unchanged
inspections look '"sh","-c","test ! -e a && test -e sub/b"' '["REQUIRE","sub/b"],["ALLOW","sub/*"],["DISALLOW","*"]' ''
ok 'of the declared paths alone' look --inspection-paths sub
refuses 66 'nothing-here' 'a declared path that is not there is told' look --inspection-paths nothing-here
refuses 64 "inspection path '../x': want one below the current folder" 'nor does one lead out' look --inspection-paths ../x
refuses 64 "inspection path '/etc': want one below" 'in any way' look --inspection-paths /etc
script true
refuses 65 'would have to be copied for the inspections' 'there is a limit for the copy' look --inspection-size 3
fresh; mkfifo here/pipe
ok 'a FIFO of ours is left out' verify -v
ok 'with a word about it' has "$tap_out" 'pipe: is neither a file nor a folder, and inspections do not see it [inspection.files]'

# --- the level -----------------------------------------------------------------------------------------------
script true
level() { look --format=json "$@" | python3 -c 'import json,sys
print(*[c["subject"] + "|" + c["outcome"] for c in json.load(sys.stdin)["checks"] if c["code"] == "inspection.sandbox"])'; }
level=$(level)
ok 'the level stands in the report' test -n "$level"
diag "this kernel: $level"
is "$(level --inspections=host)" 'none|passed' 'and says so when there is none'

# --- kernels that lack something -------------------------------------------------------------------------------
cat >attack <<'END'
set -u
out=$1
! cat "$out/outside" 2>/dev/null || exit 11
# These may hit a /tmp that is its own; whether ours was hit is looked at below.
echo x >>"$out/outside"
python3 -c 'import os,sys; os.truncate(sys.argv[1], 0)' "$out/outside"
python3 -c 'import os,sys; os.open(sys.argv[1], os.O_RDONLY | os.O_TRUNC)' "$out/outside"
! python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))' 2>/dev/null || exit 14
rm "$out/outside"
! python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$out/sock" 2>/dev/null || exit 16
(setsid sh -c 'sleep 5; echo alive >>daemon' &)
# What watches us, by any name that we can know.
parent=$(ps -o ppid= -p $$ 2>/dev/null) && kill -9 $parent 2>/dev/null && [ "$parent" -gt 1 ] && exit 17
# A comet: forks and ends, forks and ends.
python3 -c 'import os
while True:
    if os.fork(): os._exit(0)' &
echo done >made
END
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind("sock"); s.listen(1); time.sleep(300)' &
listener=$!
without=$INTOTO_SOURCE/tests/lib/without.py
for _ in $(seq 50); do [ -S sock ] && break; sleep 0.1; done
chmod 666 outside; chmod 777 sock
cp attack owner.pem.pub "$tap_top/"; chmod 644 "$tap_top"/{attack,owner.pem.pub}
fresh_attack() { fresh; cp attack here/; inspections look "\"sh\",\"attack\",$(json "$tap_work")" "$all" '["CREATE","made"],'"$all"; }
lacking() { # WORDS...: as verify, on such a kernel
	(cd here && TMPDIR=$tap_work/scratch python3 "$without" "$@" -- intoto verify -l ../root.layout --verification-keys ../owner.pem.pub)
}
lacking_nobody() {
	cp "$without" "$tap_top/without.py"; chmod 644 "$tap_top/without.py" root.layout
	(cd here && unprivileged intoto --version >/dev/null
	PATH=$tap_top/nobody:/usr/bin:/bin unprivileged python3 "$tap_top/without.py" "$@" -- intoto verify -l ../root.layout --verification-keys ../owner.pem.pub)
}
if ! python3 "$without" -- true; then
	skip 'no filter can be set here' 'kernels that lack something'
else
	# What is really there decides what can be missed.
	for words in '' landlock namespaces user-namespaces mounts seccomp close-range 'landlock seccomp'; do
		fresh_attack
		ok "without ${words:-anything}: harmless" lacking $words
	done
	ok 'and nothing is left' nothing_left
	refuses 69 'nothing here can keep it from other files (needs Landlock or mount namespaces); --inspections=host runs it unconfined [inspection.sandbox]' \
		'without Landlock and namespaces nothing is run' lacking landlock namespaces
	refuses 69 'nothing here can keep it from the network' 'nor without namespaces and filters' lacking namespaces seccomp
	ok 'the folder stays as it was' not test -e here/made
	if [ "$(id -u)" -eq 0 ] && can_be_unprivileged && [ -x /usr/bin/python3 ]; then
		for words in '' landlock namespaces mounts seccomp; do
			fresh_attack
			ok "an ordinary user without ${words:-anything}: harmless" lacking_nobody $words
		done
		ok 'and nothing of that is left' nothing_left
	else
		skip 'not root' 'an ordinary user'
	fi
fi
kill $listener
is "$(cat outside)" secret 'and nothing of ours was touched'

# --- signals -------------------------------------------------------------------------------------------------
script 'sleep 30'
fresh
(cd here && exec intoto verify -l ../root.layout --verification-keys ../owner.pem.pub) >/dev/null 2>&1 &
verifier=$!
running() { [ -n "$(find scratch -mindepth 2 -name work 2>/dev/null)" ]; }
wait_for() { local i; for i in $(seq 100); do "$@" && return 0; sleep 0.1; done; return 1; }
ok 'a verification that runs' wait_for running
sleep 0.3
kill -KILL $verifier
wait $verifier 2>/dev/null
ok 'and is killed leaves nothing behind' wait_for nothing_left
(cd here && exec intoto verify -l ../root.layout --verification-keys ../owner.pem.pub) >ended 2>&1 &
verifier=$!
wait_for running; sleep 0.3
kill -TERM $verifier
wait $verifier
is $? 1 'SIGTERM ends the inspection, and the report is written'
ok 'with its reason' has ended 'ended by signal 15'
ok 'and nothing is left of it' nothing_left

# --- what it prints --------------------------------------------------------------------------------------------
# at_terminal CMD...: what a terminal is sent
at_terminal() {
	python3 - "$@" <<'EOF'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b''
try:
    while data := os.read(fd, 4096):
        shown += data
except OSError:
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
}
script "printf 'one\\033]0;two\\007three\\tfour\\302\\233five\\342\\202\\254\\n'"
fresh
(cd here && NO_COLOR=1 at_terminal intoto verify -v -l ../root.layout --verification-keys ../owner.pem.pub) >shown
ok 'at a terminal it controls nothing' has shown $'one?]0;two?three\tfour\302?five\342\202\254'
ok 'elsewhere every byte is as it was printed' look -v
ok 'control characters, too' has "$tap_out" $'one\033]0;two\007three\tfour\302\233five\342\202\254'

done_testing
