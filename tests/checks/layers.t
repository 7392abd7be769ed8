#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may include whom.  The tables here are the rule; ARCHITECTURE section 3 and CONTRIBUTING.md
# explain it.  A planted edge of each kind shows that the check sees it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# A folder, and the folders it may include (itself is always allowed).
layers='
base
json       base
crypto     base
model      base json crypto
record     base json crypto model
attest     base json crypto model record
run        base json crypto model record attest
layouts    base json crypto model record attest run
net        base json crypto model record attest run
store      base json crypto model record attest run net
image      base json crypto model record attest run net store layouts
archive    base json crypto model record attest run net store layouts
report     base json crypto model record attest run net store layouts archive
serve      base json crypto model record attest run net store layouts image archive report
cmd        base json crypto model record attest run net store layouts image archive report serve
attestors
'
# A public header belongs to the layer that implements it; attestors may use them all, and their
# own folder; ci, git and slsa share attestors/source.  The kit, which is their library, is built of
# base.
public='
error      base
version    base
key        crypto
envelope   model
link       model
layout     layouts
report     layouts
verify     layouts
attestor   attestors
'
# A third-party header, and the folder that knows it; an attestor is a folder of its own.
libraries='
jansson.h       json
yaml.h          json
openssl/        crypto attestors/ci attestors/git attestors/secrets
jq.h            layouts
jv.h            layouts
sodium.h        crypto
archive.h       store
archive_entry.h store
sqlite3.h       store
libpq-fe.h      store
curl/           net attestors/ci
microhttpd.h    serve
gnutls/         serve
expat.h         attestors/sbom attestors/tests net
yajl/           attestors/kit
git2.h          attestors/git
git2/           attestors/git
'
# Everything else in <> must be of the C library or the kernel.
system='
alloca.h arpa/ assert.h ctype.h dirent.h elf.h errno.h fcntl.h fnmatch.h getopt.h grp.h inttypes.h libgen.h
glob.h limits.h linux/ locale.h netdb.h netinet/ poll.h pthread.h pwd.h sched.h search.h setjmp.h signal.h
spawn.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h
strings.h sys/ termios.h time.h unistd.h wchar.h
immintrin.h cpuid.h arm_neon.h
'

# violations ROOT: each include below ROOT that the tables do not allow
violations() {
	(cd "$1" && find include intoto layouts attestors -name '*.[ch]' -print0 | sort -z |
		xargs -0 awk '/^[ \t]*#[ \t]*include/ { print FILENAME ":" $0 }') | awk \
		-v layers="$layers" -v public="$public" -v libraries="$libraries" -v system_headers="$system" '
	function fill(text, into,    rows, n, i, words, m, j) {
		n = split(text, rows, "\n")
		for (i = 1; i <= n; i++) {
			m = split(rows[i], words, /[ \t]+/)
			if (words[1] == "") continue
			known[into, words[1]] = 1
			for (j = 2; j <= m; j++) allowed[into, words[1], words[j]] = 1
		}
	}
	# the folder that a file belongs to
	function folder(file,    parts, name) {
		split(file, parts, "/")
		if (parts[1] == "include") {
			name = parts[3]
			sub(/\.h$/, "", name)
			for (f in owners) if (owners[f] == name) return owner_of[name]
			return "include/" name
		}
		return parts[1] == "intoto" ? parts[2] : parts[1]
	}
	# the attestor that a file belongs to, as a folder
	function place(file,    parts) {
		split(file, parts, "/")
		return parts[1] == "attestors" ? parts[1] "/" parts[2] : folder(file)
	}
	function knows(homes, who,    list, i, n) {
		n = split(homes, list, " or ")
		for (i = 1; i <= n; i++) if (list[i] == who) return 1
		return 0
	}
	function say(why) { print $0 "  (" why ")" }
	BEGIN {
		fill(layers, "layer"); fill(public, "public"); fill(libraries, "library")
		n = split(public, rows, "\n")
		for (i = 1; i <= n; i++)
			if (split(rows[i], w, /[ \t]+/) > 1 && w[1] != "") { owners[w[1]] = w[1]; owner_of[w[1]] = w[2] }
		n = split(libraries, rows, "\n")
		for (i = 1; i <= n; i++)
			if ((m = split(rows[i], w, /[ \t]+/)) > 1 && w[1] != "")
				for (j = 2; j <= m; j++) home[w[1]] = home[w[1]] (j > 2 ? " or " : "") w[j]
		n = split(system_headers, w, /[ \t\n]+/)
		for (i = 1; i <= n; i++) if (w[i] != "") of_system[w[i]] = 1
	}
	{
		file = $0; sub(/:.*/, "", file)
		target = $0; sub(/^[^:]*:[^<"]*/, "", target)
		quoted = substr(target, 1, 1) == "\""
		sub(/^[<"]/, "", target); sub(/[>"].*/, "", target)
		from = folder(file)
		top = target; sub(/\/.*/, "", top)
		if (!(("layer", from) in known)) { say("no layer is called " from); next }
		if (!quoted && top == "intoto") {
			name = target; sub(/^intoto\//, "", name); sub(/\.h$/, "", name)
			if (!(name in owner_of)) say("no layer owns this header")
			else if (from != "attestors" && from != owner_of[name] &&
			    !(("layer", from, owner_of[name]) in allowed)) say(from " may not use " owner_of[name])
			next
		}
		if (quoted) {
			if (file ~ /^include\//) say("a public header includes public headers only")
			else if (target !~ /\//) say("want FOLDER/FILE.h")
			else if (place(file) == "attestors/kit" && top == "base") next
			else if (from == "attestors") {
				if (index(target, place(file) "/") != 1 &&
				    !(index(target, "attestors/source/") == 1 &&
				      place(file) ~ /^attestors\/(ci|git|slsa)$/))
					say("attestors use <intoto/*.h> and their own folder only")
			}
			else if (!(("layer", top) in known)) say("no layer is called " top)
			else if (from != top && !(("layer", from, top) in allowed)) say(from " may not use " top)
			next
		}
		for (lib in home)
			if (target == lib || index(target, lib) == 1 && lib ~ /\/$/) {
				if (!knows(home[lib], place(file))) say("only " home[lib] " knows this library")
				next
			}
		if (!(target in of_system) && !((top "/") in of_system)) say("a library that the table does not know")
	}'
}

allowed() {
	local found
	found=$(set -o pipefail; violations "$1") || return 2
	[ -z "$found" ] || { echo "$found"; return 1; }
}

# planted FILE LINE TEXT SENTENCE: a tree with this one include is refused with this text
planted() {
	rm -rf tree
	mkdir -p "tree/$(dirname "$1")" tree/include/intoto tree/intoto tree/layouts tree/attestors
	echo "$2" >"tree/$1"
	refuses 1 "$3" "$4" allowed tree
}

ok 'every include of the tree is allowed' allowed "$INTOTO_SOURCE"
ok 'there is something to look at' test "$(find "$INTOTO_SOURCE/intoto" -name '*.[ch]' | wc -l)" -gt 20

planted intoto/base/a.c '#include "cmd/command.h"' 'base may not use cmd' 'refuses an include upwards'
planted intoto/crypto/a.c '#include "json/json.h"' 'crypto may not use json' 'refuses an include sideways'
planted intoto/record/a.c '#include "run/step.h"' 'record may not use run' 'refuses the wrong way on one level'
planted intoto/model/a.c '#include <jansson.h>' 'only json knows' 'refuses a second user of jansson'
planted intoto/model/a.h '# include <openssl/evp.h>' 'only crypto or attestors/ci or attestors/git or attestors/secrets knows' 'refuses a second user of libcrypto'
planted layouts/a.c '#include <sodium.h>' 'only crypto knows' 'refuses a second user of libsodium'
planted intoto/json/a.c '#include <simdjson.h>' 'does not know' 'refuses an unknown library'
planted intoto/base/a.c '#include <intoto/verify.h>' 'base may not use layouts' 'refuses a public header of a higher layer'
planted intoto/model/a.c '#include <intoto/new.h>' 'no layer owns' 'refuses a public header without an owner'
planted include/intoto/key.h '#include <intoto/layout.h>' 'crypto may not use layouts' 'refuses it in public headers too'
planted include/intoto/key.h '#include "base/buf.h"' 'public headers only' 'refuses an internal header in a public one'
planted intoto/base/a.c '#include "buf.h"' 'want FOLDER/FILE.h' 'refuses an include without its folder'
planted intoto/misc/a.c '#include "base/buf.h"' 'no layer is called misc' 'refuses a folder that is no layer'
planted attestors/junit/a.c '#include "base/buf.h"' 'attestors use' 'refuses internals in an attestor'
planted attestors/junit/a.c '#include "attestors/scan/a.h"' 'attestors use' 'refuses the folder of another attestor'
planted attestors/scan/a.c '#include "attestors/source/a.h"' 'attestors use' 'refuses what is shared by others'
planted attestors/kit/a.c '#include "json/json.h"' 'attestors use' 'refuses more than base in their library'
planted attestors/scan/a.c '#include <yajl/yajl_parse.h>' 'only attestors/kit knows' 'refuses a library of another attestor'
planted intoto/attest/a.c '#include <intoto/attestor.h>' 'attest may not use attestors' 'refuses the header of attestors in the engine'

mkdir -p fine/{include/intoto,intoto/json,intoto/cmd,layouts,attestors/x,attestors/kit}
echo '#include <jansson.h>' >fine/intoto/json/a.c
echo '#include "layouts/report.h"' >fine/intoto/cmd/a.c
printf '#include "run/step.h"\n#include <sys/stat.h>\n#include <intoto/key.h>\n' >fine/layouts/a.c
printf '#include "attestors/x/a.h"\n#include <intoto/verify.h>\n' >fine/attestors/x/a.c
mkdir -p fine/attestors/git && echo '#include "attestors/source/a.h"' >fine/attestors/git/a.c
printf '#include "base/buf.h"\n#include <yajl/yajl_parse.h>\n' >fine/attestors/kit/a.c
ok 'allows what the table allows' allowed fine

done_testing
