#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is recorded of files that change under our hands, that are no files, that never end, or that have
# names nobody would give: each either works, or is told exactly, and nothing wrong is ever signed.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
chmod a+r "$key"
id=$(intoto key id --keyid-style=legacy "$key.pub")
link=build.${id:0:8}.link
faults=$INTOTO_BUILD/tests/faults/faults.so

fresh() { cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1; }
record() { timeout 60 intoto run -n build --signing-key "$key" -x -m "$@"; }
payload() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$link" | base64 -d; }
link_has() { payload >"$tap_top/payload" && has "$tap_top/payload" "$1"; }
link_lacks() { payload >"$tap_top/payload" && [ -s "$tap_top/payload" ] && lacks "$tap_top/payload" "$1"; }
keep_said() { cp "$tap_stderr" "$tap_top/said"; }
said() { has "$tap_top/said" "$1"; }
nothing_left() {
	local found
	found=$(find . -name '*.link*' -o -name '.intoto*')
	[ -z "$found" ] || { echo "left: $found"; return 1; }
}
digest() { sha256sum | cut -d' ' -f1; }
# state PID: R, S, T …
state() { sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null; }

# --- a file that changes while it is hashed ----------------------------------------------------------
# meanwhile COMMAND...: the program stops itself in the middle of "victim", COMMAND runs, it goes on
meanwhile() {
	local pid count=0 status
	FAULTS=read:2:stop FAULTS_FILE=victim FAULTS_LOG=$tap_top/log LD_PRELOAD=$faults \
		ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 \
		intoto run -n build --signing-key "$key" -x -m tree &
	pid=$!
	while [ "$(state $pid)" != T ] && [ $((count += 1)) -lt 500 ]; do sleep 0.02; done
	[ "$(state $pid)" = T ] || { echo 'it did not stop in the middle'; kill $pid; return 99; }
	eval "$@"
	kill -CONT $pid
	wait $pid
	status=$?
	return $status
}
victim() {
	fresh victim
	mkdir tree
	head -c 2000000 /dev/zero | tr '\0' v >tree/victim
	echo rests >tree/other
	sleep 0.01
}
if [ -e "$faults" ]; then
	victim
	ok 'a file that rests is recorded, though we stop in the middle of it' meanwhile :
	ok 'with its digest' link_has "\"tree/victim\":{\"sha256\":\"$(digest <tree/victim)\"}"
	while read -r what command; do
		victim
		refuses 125 'tree/victim: changed while it was read' "a file that is $what while it is hashed" meanwhile "$command"
		ok 'leaves no link' nothing_left
	done <<-'END'
		changed printf x | dd of=tree/victim bs=1 seek=10 conv=notrunc status=none
		appended-to echo more >>tree/victim
		cut-off truncate -s 1000 tree/victim
		emptied : >tree/victim
		rewritten-with-its-old-time touch -r tree/victim time; echo other >tree/victim; touch -r time tree/victim
	END
	for command in 'mv tree/other tree/victim' 'rm tree/victim'; do
		victim
		old=$(digest <tree/victim)
		keep_status() { meanwhile "$command"; echo $? >"$tap_top/status"; }
		keep_status >/dev/null 2>"$tap_top/said"
		# The file that was opened did not change; its name did.  Its link count, and so its change time,
		# tells it.
		is "$(cat "$tap_top/status")" 125 "a file that is gone from its name is told: $command"
		ok 'by its name' said 'tree/victim: '
		ok 'and no link says otherwise' nothing_left
	done
else
	skip 'there is no faults.so: make check builds it' 'files that change while they are hashed'
fi

# --- what is no file ---------------------------------------------------------------------------------
fresh others
mkdir tree
mkfifo tree/fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
devices=
if mknod tree/null c 1 3 2>/dev/null; then devices=yes; fi
echo abc >tree/file
ok 'a FIFO, a socket and a device in a folder are passed over' record tree
keep_said
ok 'and told: the FIFO' said 'tree/fifo: skipped, it is a FIFO'
ok 'the socket' said 'tree/socket: skipped, it is a socket'
if [ $devices ]; then
	ok 'the device' said 'tree/null: skipped, it is a device'
else
	skip 'no device can be made here' 'the device'
fi
ok 'the file beside them is recorded' link_has '"materials":{"tree/file":'
rm "$link"
refuses 125 'tree/fifo: is a FIFO, want a file or a folder' 'a FIFO by name' record tree/fifo
refuses 125 'tree/socket: is a socket, want a file or a folder' 'a socket by name' record tree/socket
refuses 125 '/dev/null: is a device, want a file or a folder' 'a device by name' record /dev/null
refuses 125 '/dev/zero: is a device' 'one that never ends' record /dev/zero
ok 'none of these leaves a link' nothing_left
# Their size is 0, and what is read differs from it: nothing says when it has changed.
refuses 125 '/proc/self/status: changed while it was read (0 bytes when opened' 'a file of /proc' record /proc/self/status
refuses 125 '/proc/self' 'a folder of it' record /proc/self/net
if [ -r /sys/kernel/mm/transparent_hugepage/enabled ]; then
	refuses 125 'changed while it was read (4096 bytes when opened' 'a file of /sys, whose size is a page' \
		record /sys/kernel/mm/transparent_hugepage/enabled
else
	skip 'there is no such file here' 'a file of /sys, whose size is a page'
fi
ok 'none of these, either' nothing_left

# --- a file without end ------------------------------------------------------------------------------
fresh sparse
if truncate -s 1T tebibyte 2>/dev/null; then
	intoto run -n build --signing-key "$key" -x -m . &
	pid=$!
	sleep 1
	memory=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status)
	is "$(state $pid | tr DS RR)" R 'a sparse file of 1 TiB is being read'
	if ldd "$(readlink -f "$(type -P intoto)")" | grep -q libasan; then
		skip 'a sanitizer has memory of its own' 'with less than 32 MiB of memory'
	else
		ok 'with less than 32 MiB of memory' test "$memory" -lt 32768
	fi
	kill -TERM $pid
	wait $pid
	is $? 143 'until somebody has enough'
	ok 'and leaves nothing' nothing_left
	ok 'it can be left out' record . --exclude 'tebi*'
else
	skip 'no file of 1 TiB can be made here' 'a sparse file of 1 TiB'
fi

# --- names -------------------------------------------------------------------------------------------
fresh names
# deep BYTES: makes a file whose path has so many bytes, and prints the path
deep() {
	python3 - "$1" <<-'END'
		import os, sys
		want = int(sys.argv[1])
		path = "d"
		os.mkdir("d"); os.chdir("d")
		while want - len(path) - 1 > 255:
		    name = "x" * min(250, want - len(path) - 1 - 5)
		    os.mkdir(name); os.chdir(name)
		    path += "/" + name
		name = "f" * (want - len(path) - 1)
		open(name, "w").write("abc\n")
		print(path + "/" + name)
	END
}
undeep() { find d -depth -delete; }
path=$(deep 4095)
is ${#path} 4095 'a path of 4,095 bytes'
ok 'is recorded below its folder' record d
ok 'under its whole name' link_has "\"$path\":{\"sha256\":\"edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb\"}"
ok 'and by its name' record "$path"
ok 'too' link_has "\"$path\":"
undeep
path=$(deep 6000)
ok 'one of 6,000 bytes, which no program can open by its name' record d
ok 'is recorded, too' link_has "\"$path\":"
undeep
rm -f "$link"

printf abc >$'new\nline'
printf abc >$'\e[31mred'
printf abc >'"quo\ted"'
ok 'names with a newline, an escape sequence, quotes' record .
ok 'the newline' link_has '"new\nline":{'
ok 'the escape' link_has '"\u001b[31mred":{'
ok 'the quotes' link_has '"\"quo\\ted\"":{'
ok 'the link is JSON with these names' python3 -c '
import json, sys, base64
document = json.load(open(sys.argv[1]))
link = json.loads(base64.b64decode(document["payload"]))
sys.exit(set(link["materials"]) != {"new\nline", "\x1b[31mred", "\"quo\\ted\""})' "$link"
rm -f -- "$link" *
for name in $'bad\xff' $'half\xc3' $'long\xc0\xaf' $'pair\xed\xa0\x80' $'beyond\xf4\x90\x80\x80'; do
	: >"$name"
	refuses 125 'the name is not UTF-8, so it cannot be recorded' "a name that is no UTF-8: $(printf %q "$name")" record .
	rm -f -- "$name"
	mkdir "$name"
	: >"$name/file"
	refuses 125 'the name is not UTF-8' 'and one of a folder' record .
	rm -rf -- "$name"
done
ok 'none of these leaves a link' nothing_left

# --- loops, and closed doors -------------------------------------------------------------------------
fresh loops
ln -s self self
ln -s b a
ln -s a b
mkdir tree
ln -s .. tree/up
ln -s "$PWD" tree/whole
echo abc >tree/file
ok 'symbolic links in loops' record .
keep_said
ok 'to itself' said 'self: skipped, the symbolic link leads nowhere'
ok 'to each other' said 'a: skipped, the symbolic link leads nowhere'
ok 'to a folder above' said 'tree/up: skipped, it leads back to a folder above it'
ok 'by its whole path' said 'tree/whole: skipped, it leads back to a folder above it'
ok 'the file is recorded once' link_has '"materials":{"tree/file":{"sha256":"edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"}}'
rm "$link"
refuses 125 'self: ' 'one by its name' record self
ok 'leaves no link' nothing_left

if can_be_unprivileged; then
	fresh closed
	mkdir -p tree/closed tree/silent out
	echo abc >tree/closed/file
	echo abc >tree/silent/file
	chmod a+rwx out
	chmod 0 tree/closed
	unprivileged true
	as_nobody() { unprivileged intoto run -n build --signing-key "$key" -d out "$@"; }
	refuses 125 'tree/closed: Permission denied' 'a folder without permission' as_nobody -m tree -- touch out/trace
	chmod 444 tree/silent
	refuses 125 'tree/silent/file: Permission denied' 'one whose names may be read, and no more' as_nobody -m tree/silent -- touch out/trace
	chmod 111 tree/silent
	refuses 125 'tree/silent: Permission denied' 'one whose names may not be read' as_nobody -m tree/silent -- touch out/trace
	ok 'a file in it, by its name' as_nobody -m tree/silent/file -x
	rm -f out/*.link
	ok 'one that is left out need not be readable' as_nobody -m tree --exclude tree/closed tree/silent -x
	rm -f out/*.link
	ok 'nothing ran where something could not be recorded' test ! -e out/trace
	chmod -R u+rwx tree
else
	skip 'root may do everything here' 'a folder without permission'
fi

# --- a full disk -------------------------------------------------------------------------------------
fresh disk
# A file system of its own in a mount namespace: small, and full but for SPARE KiB.
on_full_disk() {
	unshare "${namespace[@]}" bash -c '
		set -e
		spare=$1 key=$2
		shift 2
		mkdir disk
		mount -t tmpfs -o size=3m tmpfs disk
		cp "$key" disk/key.pem
		cd disk
		for i in $(seq 1 200); do echo "$i" >"$(printf "a-rather-long-name-so-that-much-is-to-be-written-%040d" "$i")"; done
		head -c "$((1024 * ($(df --output=avail -k . | tail -n 1) - spare)))" /dev/zero >ballast
		status=0
		intoto run -n build --signing-key key.pem "$@" || status=$?
		ls -A | grep -E "\.link|^\.intoto" >&2 || echo "nothing is left" >&2
		exit $status' - "$@"
}
namespace=(--mount)
[ "$(id -u)" -eq 0 ] || namespace=(--mount --user --map-root-user)
if unshare "${namespace[@]}" mount -t tmpfs tmpfs /mnt 2>/dev/null; then
	refuses 125 'No space left on device' 'a full disk while the link is written' on_full_disk 0 "$key" -m . -x
	keep_said
	ok 'leaves nothing' said 'nothing is left'
	rm -rf disk
	refuses 125 'No space left on device; the command ended with status 0, and there is no link of it' \
		'after the command, too' on_full_disk 8 "$key" -m . -- true
	keep_said
	is "$(grep -A9 '^intoto run' "$tap_top/said" | tail -n +2 | grep -v '^\.build.*link-unfinished$' | grep -v '^nothing is left')" '' \
		'leaves at most the unfinished link that it names'
	rm -rf disk
	ok 'with room for it there is a link' on_full_disk 400 "$key" -m . -x
	rm -rf disk
else
	skip 'no file system can be mounted here' 'a full disk while the link is written'
fi

done_testing
