#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Steps that do what no step should: they are killed, leave daemons behind, start thousands of processes,
# print without end, or change what they were given while it is recorded.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
id=$(intoto key id --keyid-style=legacy "$key.pub")
link=build.${id:0:8}.link
unfinished=.build.${id:0:8}.link-unfinished

fresh() { cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1; }
run() { timeout 120 intoto run -n build --signing-key "$key" "$@"; }
payload() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$link" | base64 -d; }
link_has() { payload >"$tap_top/payload" && has "$tap_top/payload" "$1"; }
link_lacks() { payload >"$tap_top/payload" && [ -s "$tap_top/payload" ] && lacks "$tap_top/payload" "$1"; }
signed() { intoto sign --verify -q -f "$link" -k "$key.pub"; }
files() { find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | tr '\n' ' '; }
wait_for() {
	local count=0
	while [ ! -e "$1" ] && [ $((count += 1)) -lt 500 ]; do sleep 0.02; done
	[ -e "$1" ]
}
gone() {
	local count=0
	while kill -0 "$1" 2>/dev/null && [ $((count += 1)) -lt 250 ]; do sleep 0.02; done
	! kill -0 "$1" 2>/dev/null
}

# --- SIGKILL in the middle ---------------------------------------------------------------------------
# killed WHEN…: the wrapper is killed after so many seconds, over and over; what is left is judged
fresh killed
mkdir tree
for i in $(seq 1 300); do head -c 20000 /dev/zero >tree/"$i"; done
ok 'undisturbed, there is a link' run -q -m tree -p tree -- true
want=$(payload)
rm "$link"
wrong=
complete=0
for delay in 0.000 0.001 0.002 0.003 0.004 0.005 0.006 0.008 0.010 0.012 0.015 0.018 0.020 0.025 0.030 0.040 0.050 0.070; do
	intoto run -q -n build --signing-key "$key" -m tree -p tree -- true >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	if [ -e "$link" ]; then
		complete=$((complete + 1))
		{ signed && [ "$(payload)" = "$want" ]; } >/dev/null 2>&1 || wrong="$wrong after $delay s: half a link;"
	fi
	[ ! -e "$unfinished" ] || wrong="$wrong after $delay s: an unfinished link;"
	rm -f "$link" "$unfinished" .intoto-*.tmp
done
diag "$complete of 18 were faster"
is "$wrong" '' 'SIGKILL at any time leaves a whole link or none'

# One that is stopped when all is done but the last step has its file beside the place, under no link's name.
if [ -e "$INTOTO_BUILD/tests/faults/faults.so" ]; then
	fresh last
	FAULTS=write:1:stop FAULTS_LOG=$tap_top/log LD_PRELOAD=$INTOTO_BUILD/tests/faults/faults.so \
		ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 \
		intoto run -n build --signing-key "$key" -x 2>/dev/null &
	pid=$!
	count=0
	while ! grep -q '^State:.*T' /proc/$pid/status 2>/dev/null && [ $((count += 1)) -lt 500 ]; do sleep 0.02; done
	kill -KILL $pid
	wait $pid 2>/dev/null
	ok 'killed while the link is written, there is none' test ! -e "$link"
	ok 'the next run is not disturbed by what is left' run -m . -p . -x
	ok 'and records it for what it is' link_has '"materials":{".intoto-'
else
	skip 'there is no faults.so: make check builds it' 'killed while the link is written'
fi

fresh killed-step
killed_step() {
	intoto run -n build --signing-key "$key" -- sh -c 'echo $$ >pid; exec sleep 300' &
	local wrapper=$!
	wait_for pid
	kill -KILL $wrapper
	wait $wrapper 2>/dev/null
	kill -KILL "$(cat pid)" 2>/dev/null
	rm -f pid
	[ "$(files)" = '' ]
}
ok 'killed while the step runs, there is nothing at all' killed_step

# --- children that stay ------------------------------------------------------------------------------
fresh daemon
# A daemon as in the books: it forks twice, has a session of its own, and no streams.
cat >daemon.sh <<'END'
setsid sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 300' </dev/null >/dev/null 2>&1 &
while [ ! -e pid ]; do sleep 0.02; done
END
ok 'a step that leaves a daemon behind ends when its command does' run -p . -- sh daemon.sh
ok 'and has a link' signed
ok 'the daemon is not ours to end' kill -0 "$(cat pid)"
kill -KILL "$(cat pid)"
rm -f pid "$link"
begin=$SECONDS
ok 'one that keeps the recorded streams open' run -s -- sh -c 'setsid sleep 300 & echo $! >pid'
ok 'is not waited for' test $((SECONDS - begin)) -lt 60
ok 'and the link says what is missing' link_has '"stdout-open":true'
kill -KILL "$(cat pid)"

# --- thousands of processes --------------------------------------------------------------------------
fresh processes
many() {
	run -s -m . -p . -- bash -c 'for ((i = 0; i < 100; i++)); do for ((j = 0; j < 100; j++)); do : & done; wait; done; echo 10000 processes'
}
ok 'ten thousand processes' many
ok 'the step is recorded' link_has '"stdout":"10000 processes\n"'
ok 'signed' signed

# --- output without end ------------------------------------------------------------------------------
fresh output
# In full: tests/faults/large.sh, with 10 GB.
megabytes=${HOSTILE_MEGABYTES:-512}
flood() {
	local pid status peak=0 now
	intoto run -s -n build --signing-key "$key" -- head -c $((megabytes * 1000000)) /dev/zero >/dev/null &
	pid=$!
	while now=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status 2>/dev/null) && [ -n "$now" ]; do
		peak=$now
		sleep 0.05
	done
	wait $pid
	status=$?
	echo "$peak" >peak
	return $status
}
ok "$megabytes MB of output" flood
ok 'are counted' link_has "\"stdout-length\":$((megabytes * 1000000))"
ok 'and hashed' link_has "\"stdout-sha256\":\"$(head -c $((megabytes * 1000000)) /dev/zero | sha256sum | cut -d' ' -f1)\""
ok 'the link says how much of it is not recorded' link_has "[... $((megabytes * 1000000 - 1048576)) bytes are not recorded here ...]"
if ldd "$(readlink -f "$(type -P intoto)")" | grep -q libasan; then
	skip 'a sanitizer has memory of its own' 'memory does not grow with it'
else
	ok 'memory does not grow with it' test "$(cat peak)" -gt 0 -a "$(cat peak)" -lt 65536
	diag "peak memory: $(cat peak) KiB"
fi
ok 'the link is small' test "$(stat -c %s "$link")" -lt 20000000

# --- the tree changes while it is recorded -----------------------------------------------------------
# A child of the step goes on adding lines: either that is told, or what is signed is what the file was at
# one moment.
fresh changing
mkdir tree
cat >moment.py <<'END'
import base64, hashlib, json, sys
link = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))
digest = link["products"]["tree/log"]["sha256"]
data = open("tree/log", "rb").read()
head = data.index(b"\n") + 1
now = hashlib.sha256(data[:head])
while now.hexdigest() != digest and head < len(data):
    now.update(data[head:head + 5])
    head += 5
sys.exit(now.hexdigest() != digest)
END
changing() {
	local status
	{ head -c 3000000 /dev/zero; echo; } >tree/log
	rm -f go "$link" "$unfinished"
	run -p tree -- sh -c '(: >go; while :; do echo more >>tree/log; done) >/dev/null 2>&1 & echo $! >pid; while [ ! -e go ]; do sleep 0.01; done' \
		2>said
	status=$?
	kill -KILL "$(cat pid)"
	[ $status -ne 125 ] || { grep -q 'tree/log: changed while it was read' said && [ ! -e "$link" ]; return; }
	[ $status -eq 0 ] && python3 moment.py "$link"
}
for i in 1 2 3 4 5; do
	ok "a child goes on writing to a product: nothing wrong is signed ($i of 5)" changing
done

done_testing
