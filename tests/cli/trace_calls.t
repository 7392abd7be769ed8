#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tracing by following calls, with real programs: the same files as strace sees, inside a sandbox, and
# one trace inside another.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

intoto key generate --no-passphrase -o key.pem >/dev/null
key=$PWD/key.pem
step() { # MECHANISM OPTIONS... -- COMMAND...
	local mechanism=$1
	shift
	intoto run -n build -q --signing-key "$key" --trace=full --trace-with="$mechanism" "$@"
}
mechanisms=
for mechanism in user-notification ptrace; do
	(mkdir -p "$tap_top/probe" && cd "$tap_top/probe" && step $mechanism -- true) >/dev/null 2>&1 &&
		mechanisms+=" $mechanism"
done
[ -n "$mechanisms" ] || skip_all 'no calls can be followed here'

# --- strace ------------------------------------------------------------------------------------------------
cat >same.py <<'PYTHON'
# same.py TRACE STRACE-PREFIX: whether both name the same files, whatever random names there are
import base64, glob, json, os, re, sys

def plain(path):
    return re.sub(r"/cc\w{6}(\.|$)|/st\w{6}$", r"/ccRANDOM\1", path)

predicate = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]
used, executed, made, asked = set(), set(), set(), set()
for file in predicate["monitorLog"]["fileAccess"]:
    accessed = set(file["annotations"]["accessed"])
    for kind, words in ((used, {"read", "written"}), (executed, {"executed"}), (made, {"created"})):
        if accessed & words:
            kind.add(plain(file["name"]))
opened, ran, new = set(), set(), set()
for name in glob.glob(sys.argv[2] + ".*"):
    for line in open(name, encoding="utf-8", errors="surrogateescape"):
        call = re.match(r"(\w+)\((.*)\) = (-?\d+)(?:<(.*)>)?", line)
        if not call or int(call[3]) < 0:
            continue
        if call[1] == "execve":
            ran.add(plain(os.path.realpath(os.path.join("tree", re.match(r'"([^"]*)"', call[2])[1]))))
        elif call[4].startswith("/"):
            opened.add(plain(re.sub(r" \(deleted\)$", "", call[4])))
proc = re.compile(r"/proc/\d+/")
used = {name for name in used if not proc.match(name)}
opened = {name for name in opened if not proc.match(name)}
# what is handed down open is told as written, and is here, too
used -= {os.path.realpath("/proc/self/fd/" + fd) for fd in os.listdir("/proc/self/fd")}
# the kernel itself opens a program and what interprets it, which no call shows
print("strace alone:", sorted((opened - used) | (ran - executed)))
print("we alone:", sorted(used - opened - executed))
print("opened:", len(opened), "executed:", len(ran))
sys.exit(opened - used != set() or ran - executed != set() or used - opened - executed != set() or
         len(opened) < 20 or len(ran) < 3)
PYTHON

make_tree() {
	rm -rf tree
	mkdir -p tree/include tree/tmp
	printf '#include "a.h"\n#include "b.h"\n#include <stdio.h>\nint main(void) { return a() + b(); }\n' >tree/main.c
	printf '#include "a.h"\nint a(void) { return 0; }\n' >tree/a.c
	printf '#include "b.h"\nint b(void) { return 0; }\n' >tree/b.c
	echo 'int a(void);' >tree/include/a.h
	echo 'int b(void);' >tree/include/b.h
	cat >tree/Makefile <<'MAKEFILE'
all: program copy
program: main.o a.o b.o ; $(CC) -o $@ main.o a.o b.o
%.o: %.c ; $(CC) -Inowhere -Iinclude -c -o $@ $<
copy: program ; cp program copy.tmp && mv copy.tmp copy && rm -f a.o && ./copy
MAKEFILE
}
compiler=${INTOTO_CC##* }
# Else it draws names for what it writes.
case $compiler in *clang*) compiler="$compiler -fno-temp-file" ;; esac
if command -v strace >/dev/null && command -v make >/dev/null && command -v "${compiler%% *}" >/dev/null &&
	make_tree && (cd tree && strace -f -ff -qq -y --seccomp-bpf -e signal=none -e trace=open,openat,openat2,creat,execve \
		-o ../strace-out env TMPDIR="$PWD/tmp" make CC="$compiler") >/dev/null 2>&1; then
	for mechanism in $mechanisms; do
		make_tree
		# the same compiler as for strace, in the same folder: only the names of temporary files differ
		(cd tree && step $mechanism --metadata-directory .. -- env TMPDIR="$PWD/tmp" make CC="$compiler") >/dev/null 2>&1
		ok "$mechanism sees the files of a build that strace sees" python3 same.py build.*.trace.intoto.json strace-out
		diag "$(cat "$tap_out")"
	done
else
	skip 'strace does not work here, or there is no compiler' 'sees the files of a build that strace sees'
fi

# --- sandbox -----------------------------------------------------------------------------------------------
says() { # NAME WORDS: how a file of the statement was accessed
	local found
	found=$(python3 - "$1" <<'PYTHON'
import base64, glob, json, sys
name = glob.glob("build.*.trace.intoto.json")[0]
log = json.loads(base64.b64decode(json.load(open(name))["payload"]))["predicate"]["monitorLog"]["fileAccess"]
print(" ".join(" ".join(file["annotations"]["accessed"]) for file in log if file["name"].endswith(sys.argv[1])))
PYTHON
)
	[ "$found" = "$2" ] || { echo "found: $found"; return 1; }
}
complete() {
	python3 -c 'import base64, json, sys
sys.exit(not json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]["intotoCompleteness"]["complete"])' \
		build.*.trace.intoto.json
}
for mechanism in $mechanisms; do
	mkdir -p "boxed-$mechanism"
	cd "boxed-$mechanism"
	echo input >in
	if step $mechanism --sandbox -m in -p . -- sh -c 'cat in >out; cat other; mkdir d && mv out d/out' >/dev/null 2>../boxed.err; then
		ok "$mechanism sees what a sandbox lets in" says /in read
		ok '... what is made there' says /d/out 'written created'
		ok '... what was there for a while' says "$mechanism/out" 'written created removed'
		ok '... and what was only asked for' says /other asked
		ok '... and lost nothing' complete
	else
		skip "no sandbox here: $(tail -1 ../boxed.err)" "$mechanism sees what a sandbox lets in"
	fi
	cd ..
done

# --- one inside another ------------------------------------------------------------------------------------
case $mechanisms in
*user-notification*)
	mkdir nested inner
	cd nested
	inner() { # MECHANISM
		step user-notification -- intoto run -n inner -q --signing-key "$key" --metadata-directory ../inner \
			--trace=full --trace-with="$1" -- true
	}
	refuses 125 'user-notification: somebody else is notified of our own system calls already' \
		'a second one by the same means is refused, and says why' inner user-notification
	cd ..
	;;
*) skip 'no user notification' 'a second one by the same means is refused, and says why' ;;
esac

done_testing
