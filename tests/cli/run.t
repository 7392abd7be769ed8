#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto run: a step recorded around its command, and everything that can go wrong on the way.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

# --- helpers -----------------------------------------------------------------------------------------
for name in bob eve; do
	intoto key generate --no-passphrase -o "$tap_top/$name.pem" >/dev/null
done
intoto key generate --no-passphrase -t rsa -o "$tap_top/rsa.pem" >/dev/null
echo 'a secret' >"$tap_top/secret"
intoto key generate --passphrase-file "$tap_top/secret" -o "$tap_top/locked.pem" >/dev/null
bob=$tap_top/bob.pem
id=$(intoto key id --keyid-style=legacy "$bob.pub")
current=$(intoto key id --keyid-style=current "$bob.pub")
link=build.${id:0:8}.link
unfinished=.build.${id:0:8}.link-unfinished

run() { intoto run -n build --signing-key "$bob" "$@"; }
# An empty folder for each group of tests.
fresh() {
	cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1
}
# The document inside a DSSE link.
payload() {
	sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$link" | base64 -d
}
# link_has TEXT / link_lacks TEXT: a fixed text in the payload
link_has() { payload >"$tap_top/payload" && has "$tap_top/payload" "$1"; }
link_lacks() { payload >"$tap_top/payload" && [ -s "$tap_top/payload" ] && lacks "$tap_top/payload" "$1"; }
signed() { intoto sign --verify -q -f "${1:-$link}" -k "${2:-$bob.pub}"; }
absent() { [ ! -e "$1" ] || { echo "$1 is there"; return 1; }; }
files() { find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | tr '\n' ' '; }
status_is() {
	local want=$1 status
	shift
	"$@"
	status=$?
	[ $status -eq "$want" ] || { echo "exit status $status, want $want"; return 1; }
}
# exits STATUS "sentence" CMD...
exits() {
	local want=$1 sentence=$2
	shift 2
	ok "$sentence" status_is "$want" "$@"
}
# What was said on standard error, kept from the next command.
keep_said() { cp "$tap_stderr" "$tap_top/said"; }
said() { has "$tap_top/said" "$1"; }
# A full disk, without one: no file can grow.  The output goes through a pipe.
full_disk() {
	(trap '' XFSZ; ulimit -f 0; "$@" 2>&1) | cat
	return "${PIPESTATUS[0]}"
}

# --- a step ------------------------------------------------------------------------------------------
fresh step
echo abc >in
ok 'a step runs' run -m in -p in out -- cp in out
is "$(cat "$tap_out")" '' 'says nothing of its own'
ok 'its link is signed' signed
refuses 1 'not signed' 'and by nobody else' intoto sign --verify -f "$link" -k "$tap_top/eve.pem.pub"
ok 'the link has the command' link_has '"command":["cp","in","out"]'
ok 'and the material' link_has '"materials":{"in":{"sha256":"edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"}}'
ok 'and the status' link_has '"byproducts":{"return-value":0}'
ok 'and the patterns that were in force' link_has '"environment":{"intoto":{"exclude":["*.link","*.link-unfinished",".git","*.pyc","*~"],"symlinks":"follow"'
is "$(stat -c %a "$link")" 644 'everybody may read it'
is "$(files)" "$link in out " 'and nothing else is left'

ok 'answers to its other name, says where the link is' intoto-run -v -n build --signing-key "$bob" -p in -x
is "$(cat "$tap_stderr")" "intoto run: $link: 0 materials, 1 products" 'and what stands in it'
ok 'without a command there is none in the link' link_has '"command":[]'
ok 'and no status' link_has '"byproducts":{}'

# As in a file that was written for the Python tool, with the name changed.
fresh python
mkdir -p src/sub meta
echo abc | tee src/a.c src/sub/b.c src/c.o >/dev/null
ok 'a line for the Python tool works' intoto-run --step-name build -k "$bob" -t ed25519 --base-path . \
	--materials src/a.c src/sub --products src/ --exclude '*.o' --lstrip-paths src/ -d meta --use-dsse -v -- true
link=meta/build.${id:0:8}.link
ok 'names are stripped, objects left out' link_has '"products":{"a.c":{"sha256":"edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"},"sub/b.c"'
ok 'and the patterns are recorded' link_has '"exclude":["*.o"],"lstrip-paths":["src/"]'
link=build.${id:0:8}.link

fresh formats
ok 'Metablock' run --format=metablock -x
ok 'is what it is' has "$link" '"signatures"'
ok 'with a good signature' signed
ok 'the other keyids' run --keyid-style=current -x
ok 'name the file' signed "build.${current:0:8}.link"
ok 'an RSA key' intoto run -n build -k "$tap_top/rsa.pem" -t rsa -x
echo -n abc >abc
ok 'two digests' run --digest sha512 --digest sha256 -m abc -x
ok 'are both there' link_has '"abc":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","sha512":"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"}'

# --- exit statuses -----------------------------------------------------------------------------------
fresh status
exits 7 'the status is that of the command' run -- sh -c 'exit 7'
ok 'and the link says so' link_has '"return-value":7'
ok 'signed' signed
exits 137 'a signal is 128 and its number' run -- sh -c 'kill -KILL $$'
ok 'in the link it is negative and has a name' link_has '"byproducts":{"return-value":-9,"signal":"SIGKILL"}'
ok 'an accepted status is success' run --accept-exit 2,100 --accept-exit 5 -- sh -c 'exit 100'
ok 'and the link says which were' link_has '"byproducts":{"accepted-return-values":[2,100,5],"return-value":100}'
exits 3 'another one is not' run --accept-exit 2 -- sh -c 'exit 3'
rm "$link"
refuses 127 'intoto run: no-such-command: command not found' 'no such command' run -- no-such-command
: >plain
refuses 126 'intoto run: ./plain: cannot be started: permission denied' 'no program' run -- ./plain
printf '#!/no/such/shell\n' >script
chmod +x script
refuses 126 './script: cannot be started: its interpreter is missing' 'no interpreter' run -- ./script
ok 'none of these leaves a link' absent "$link"
refuses 125 'the command took longer than --run-timeout 0.2 and was ended' 'a command that takes too long' \
	run --run-timeout 0.2 -- sleep 30
ok 'and the link says so' link_has '"timed-out":true'

# --- the command line --------------------------------------------------------------------------------
fresh usage
refuses 64 'want a command behind --, or --no-command' 'nothing to run' run
refuses 64 '--no-command and a command' 'both' run -x -- true
refuses 64 'option --step-name NAME is missing' 'no name' intoto run -k "$bob" -x
refuses 64 'option --signing-key KEY is missing' 'no key' intoto run -n build -x
refuses 64 'every process could read the passphrase' 'a passphrase on the command line' run -P 'a secret' -x
for seconds in 0 -1 1.2345 1. x '' 0.000 99999999999; do
	refuses 64 '--run-timeout' "no time limit: '$seconds'" run --run-timeout="$seconds" -x
done
for status in 256 -1 x '' '2,,' ','; do
	refuses 64 "want a number from 0 to 255" "no exit status: '$status'" run --accept-exit="$status" -x
done
refuses 64 '--use-dsse and --format=metablock' 'two formats' run --use-dsse --format=metablock -x
refuses 64 'option --digest wants sha256' 'a digest that nobody should use' run --digest md5 -x
refuses 64 'want 1 to 200 bytes' 'a name that leaves the folder' intoto run -n ../build -k "$bob" -- touch trace
refuses 64 "exclude pattern 'a[': has a [ without its ]" 'a pattern that git would never match' \
	run --exclude 'a[' -- touch trace
refuses 64 'is not UTF-8' 'an argument that is no text' run -- touch $'trace\xff'
is "$(files)" '' 'nothing of that ran, and nothing was written'

# --- keys --------------------------------------------------------------------------------------------
refuses 125 'nowhere.pem: No such file' 'no key file' intoto run -n build -k nowhere.pem -- touch trace
refuses 125 'this key is public' 'a public key' intoto run -n build -k "$bob.pub" -- touch trace
refuses 125 'want a key of type rsa, found ed25519' 'another kind of key' run -t rsa -- touch trace
echo wrong >wrong
refuses 125 'passphrase' 'a wrong passphrase' \
	intoto run -n build -k "$tap_top/locked.pem" --passphrase-file wrong -- touch trace
refuses 125 'passphrase' 'no passphrase and nobody to ask' intoto run -n build -k "$tap_top/locked.pem" -- touch trace
ok 'none of these ran' absent trace
from_fd() {
	intoto run -n build -k "$tap_top/locked.pem" --passphrase-fd 9 -- test ! -e /dev/fd/9 9<"$tap_top/secret"
}
ok 'a passphrase from a descriptor, which the command does not get' from_fd
from_environment() {
	TOKEN='a secret' intoto run -n build -k "$tap_top/locked.pem" --passphrase-env TOKEN -- sh -c 'test -z "${TOKEN+set}"'
}
ok 'a passphrase from the environment, which the command does not get' from_environment

# --- paths -------------------------------------------------------------------------------------------
fresh paths
echo abc >here
refuses 125 'intoto run: nowhere: no such file or folder' 'a material that is not there' run -m here nowhere -- touch trace
ok 'comes before the command' absent trace
ok 'may be optional' run --optional -m here nowhere -- true
is "$(cat "$tap_stderr")" 'intoto run: nowhere: skipped, there is no such file or folder' 'with a notice'
ok 'or without' run -q --optional -m here nowhere -- true
is "$(cat "$tap_stderr")" '' 'when it is quiet'
rm "$link"
refuses 125 "out: no such file or folder; the command ended with status 4, and there is no link of it yet: its materials are kept in $unfinished" \
	'a product that is not there' run -m here -p out -- sh -c 'exit 4'
ok 'leaves no link' absent "$link"
ok 'but what was recorded, signed' signed "$unfinished"
: >out
ok 'record stop completes it' intoto record stop -n build -k "$bob" -p out
ok 'with the command' link_has '"command":["sh","-c","exit 4"]'
ok 'its status' link_has '"return-value":4'
ok 'and the materials' link_has '"materials":{"here"'
ok 'and removes the rest' absent "$unfinished"

mkdir -p tree/sub
ln -s . tree/sub/loop
ln -s ../.. tree/sub/up
ln -s gone tree/dangling
ln -s ../here tree/link
mkfifo tree/fifo
ok 'links in a loop, to nowhere, to a file; a FIFO' run -m tree -x
keep_said
ok 'are recorded once or not at all' link_has '"materials":{"tree/link":{"sha256":"edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"},"tree/sub/up/here":'
ok 'with notices: the loop' said 'tree/sub/loop: skipped, it leads back to a folder above it'
ok 'the dangling one' said 'tree/dangling: skipped, the symbolic link leads nowhere'
ok 'the FIFO' said 'tree/fifo: skipped, it is a FIFO'
ok 'links as links' run --symlinks=record -m tree -x
ok 'are all there' link_has '"materials":{"tree/dangling":{"sha256":"'"$(printf gone | sha256sum | cut -d' ' -f1)"
ok 'and the link says how' link_has '"symlinks":"record"'
refuses 125 'tree/fifo: is a FIFO, want a file or a folder' 'a FIFO by name' run -m tree/fifo -x

fresh names
echo >$'new\nline'
ok 'a name with a newline' run -m . -x
ok 'is recorded' link_has '"new\nline"'
echo >$'bad\xff'
refuses 125 'bad\xff: the name is not UTF-8' 'a name that is no text' run -m . -x
ok 'unless it is left out' run --exclude 'bad*' -m . -x

fresh excludes
mkdir -p .git node sub
touch .git/HEAD node/es.string.link.js old.link sub/a.pyc sub/b~ keep
ok 'what is usually left out' run -m . -x
ok 'is' link_lacks '.git/HEAD'
ok 'without more' link_has '"node/es.string.link.js"'
rm "$link"
ok 'the options of the user count instead' run --exclude node/ keep -m . -x
ok 'then' link_has '"materials":{".git/HEAD"'
ok 'without the others' link_lacks 'es.string'
rm "$link"
ok 'or nothing is left out' run --exclude '' -m . -x
ok 'then all is there' link_has '"old.link"'

if can_be_unprivileged; then
	fresh unreadable
	chmod a+rwx .
	cp "$bob" key.pem
	chmod a+r key.pem
	touch secret
	chmod 0 secret
	refuses 125 'intoto run: secret: Permission denied' 'a file that may not be read' \
		unprivileged intoto run -n build -k key.pem -m secret -- touch trace
	mkdir closed
	chmod 555 closed
	refuses 125 'closed: no link can be put there: Permission denied' 'a folder that may not be written' \
		unprivileged intoto run -n build -k key.pem -d closed -- touch trace
	ok 'both before the command' absent trace
else
	skip 'root may do everything here' 'a file that may not be read'
	skip 'root may do everything here' 'a folder that may not be written'
	skip 'root may do everything here' 'both before the command'
fi
refuses 125 'nowhere: metadata folder: No such file' 'no folder for the link' run -d nowhere -- touch trace

fresh full
refuses 125 'File too large; the command ended with status 0, and there is no link of it' 'a full disk' full_disk run -- true
is "$(files)" '' 'leaves nothing half-written'

fresh many
seq 1 10000 | split -l 1 -a 3 --additional-suffix=.txt - f
ok 'ten thousand files' run -m . -x
is "$(payload | grep -o '\.txt":' | wc -l)" 10000 'are all there'

# --- output ------------------------------------------------------------------------------------------
fresh output
ok 'the output is shown' run -- sh -c 'echo out; echo err >&2'
is "$(cat "$tap_stdout")" out 'where it belongs'
is "$(cat "$tap_stderr")" err 'both of it'
ok 'and not recorded' link_lacks stdout
ok 'with -s' run -s -- sh -c 'echo out; echo err >&2'
is "$(cat "$tap_stdout")" out 'it is shown as well'
ok 'and recorded' link_has '"byproducts":{"return-value":0,"stderr":"err\n","stdout":"out\n"}'
ok 'bytes that are no text' run -s -- printf 'a\377b'
is "$(od -An -c <"$tap_stdout" | tr -d ' ')" 'a377b' 'are shown as they are'
ok 'and recorded as both' link_has '"stdout":"a�b","stdout-base64":"Yf9i"'

flood() {
	run -s -- sh -c 'head -c 67108864 /dev/zero | tr "\0" o & head -c 67108864 /dev/zero | tr "\0" e >&2; wait' >out 2>err
}
ok '64 MiB on both streams at once' flood
digest_o=$(head -c 67108864 /dev/zero | tr '\0' o | sha256sum | cut -d' ' -f1)
digest_e=$(head -c 67108864 /dev/zero | tr '\0' e | sha256sum | cut -d' ' -f1)
is "$(sha256sum <out | cut -d' ' -f1)" "$digest_o" 'all of it is shown'
is "$(sha256sum <err | cut -d' ' -f1)" "$digest_e" 'on both'
rm out err
ok 'its length is recorded' link_has '"stdout-length":67108864'
ok 'its digest' link_has "\"stdout-sha256\":\"$digest_o\""
ok 'of both' link_has "\"stderr-sha256\":\"$digest_e\""
ok 'and how much is missing' link_has '[... 66060288 bytes are not recorded here ...]'

reader_leaves() {
	run -s -- seq 1 100000 | head -n 1
	return "${PIPESTATUS[0]}"
}
ok 'a reader that goes away' reader_leaves
is "$(cat "$tap_out")" 1 'hears no more, and no complaint'
ok 'but the record goes on' link_has '\n99999\n100000\n"'
into_full() { run -s -- echo lost >/dev/full; }
if [ -c /dev/full ]; then
	ok 'a full disk for the log' into_full
	keep_said
	ok 'is told' said 'the output could not be shown to its end (No space left on device), the link has it'
else
	skip 'there is no /dev/full' 'a full disk for the log'
	skip 'there is no /dev/full' 'is told'
fi
child_stays() { run -s -- sh -c 'sleep 60 & echo $!' >pid; }
ok 'a child that keeps the output open' child_stays
kill "$(cat pid)"
ok 'is not waited for, and the link says so' link_has '"stdout-open":true'

# --- signals -----------------------------------------------------------------------------------------
fresh signals
# told SIGNAL: sends it to the wrapper once the command is ready; the status is the wrapper's
told() {
	local wrapper count=0
	rm -f ready heard
	intoto run -n build -k "$bob" -- sh -c 'trap "touch heard; exit 42" TERM HUP USR1; touch ready; while :; do sleep 0.05; done' &
	wrapper=$!
	while [ ! -e ready ] && [ $((count += 1)) -lt 500 ]; do sleep 0.02; done
	kill -s "$1" $wrapper
	wait $wrapper
}
for signal in TERM HUP USR1; do
	exits 42 "SIG$signal reaches the command" told $signal
	ok 'which does what it wants' test -e heard
	ok 'and the link is written' link_has '"return-value":42'
	rm -f "$link"
done
exits 143 'a command that dies of it' run -- sh -c 'kill -TERM $PPID; sleep 30'
ok 'has a link, too' link_has '"signal":"SIGTERM"'

done_testing
