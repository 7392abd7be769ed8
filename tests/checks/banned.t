#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls, words and file names that the tree does not have.  A planted one of each kind is found.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# What must not be called, where it may be all the same, and what to use instead.
calls='
sprintf vsprintf strcpy stpcpy strcat strncpy strncat gets	-	it_buf
strtok strtok_r			-	it_span
atoi atol atoll atof sscanf fscanf scanf	-	it_parse_u64
gmtime localtime ctime asctime mktime	-	it_time_format, timegm
popen system wordexp		-	it_proc_start
alloca strdupa			-	malloc
mktemp tmpnam tempnam tmpfile	-	it_file_write
rand srand random drand48	-	it_random
setenv putenv unsetenv setlocale	cmd	the process is not ours
signal				cmd	sigaction
strcmp strncmp strcasecmp strncasecmp	base	it_streq
memcmp bcmp			base	it_span_eq
printf puts putchar perror vprintf	cmd	the library never prints
fprintf fputs fputc vfprintf fwrite	cmd	the library never prints
exit abort quick_exit		cmd	the library never exits
assert				-	an error
'

# violations ROOT: each line with a call that the table bans there
violations() {
	(cd "$1" && find include intoto layouts attestors -name '*.[ch]' | LC_ALL=C sort | while read -r file; do
		# without comments and texts, but with the lines
		awk -v file="$file" '
		{
			line = $0
			gsub(/\\\\/, "", line); gsub(/\\"/, "", line); gsub(/"[^"]*"/, "\"\"", line)
			out = ""
			while (line != "") {
				if (comment) {
					at = index(line, "*/")
					if (!at) break
					line = substr(line, at + 2); comment = 0
				} else {
					at = index(line, "/*")
					if (!at) { out = out line; break }
					out = out substr(line, 1, at - 1); line = substr(line, at + 2); comment = 1
				}
			}
			print file ":" NR ": " out
		}' "$file"
	done) | awk -v calls="$calls" '
	BEGIN {
		n = split(calls, rows, "\n")
		for (i = 1; i <= n; i++) {
			if (split(rows[i], part, /\t+/) < 3) continue
			m = split(part[1], words, " ")
			for (j = 1; j <= m; j++) { home[words[j]] = part[2]; instead[words[j]] = part[3] }
		}
	}
	{
		split($1, place, "/")
		folder = place[1] == "intoto" ? place[2] : place[1]
		line = $0
		sub(/^[^ ]* /, "", line)
		if (line ~ /(^|[^_[:alnum:]])goto[[:space:]]/) print $0 "  (goto: IT_AUTO)"
		if (line ~ /^[[:space:]]*#[[:space:]]*(el)?if/ && folder != "base" &&
		    $1 !~ /^intoto\/crypto\/sha256_shani\.c:/ &&
		    line !~ /#ifndef (INTOTO|IT)_[A-Z0-9_]*_H$/ && line !~ /#ifdef __cplusplus$/)
			print $0 "  (#if: in base and whole-file backends only)"
		while (match(line, /[_[:alpha:]][_[:alnum:]]*[[:space:]]*\(/)) {
			name = substr(line, RSTART, RLENGTH)
			before = substr(line, 1, RSTART - 1)
			line = substr(line, RSTART + RLENGTH)
			sub(/[[:space:]]*\($/, "", name)
			# an order is what strcmp and memcmp are for
			if (name ~ /cmp$/ && before ~ /(return|=) $/ && line ~ /\);$/ && line !~ /[!=]=|[^-]>|[<?&|]/)
				continue
			# a member of a struct, or a parameter that is called so, is no call
			if (!(name in home) || home[name] == folder || before ~ /(->|\.|\(\*)$/) continue
			print $0 "  (" name ": " instead[name] ")"
		}
	}'
}

clean() {
	local found
	found=$(set -o pipefail; violations "$1") || return 2
	[ -z "$found" ] || { echo "$found"; return 1; }
}

# A name says what a file is about.
vague_names() {
	find "$1" -regextype posix-extended \
		-regex '.*/(utils?|misc|common|helpers?|types|defs)\.[ch]' -not -path '*/build*' | grep .
}

# Words that a finished tree does not hold.
open_ends() {
	grep -rnE --include='*.[ch]' --include='*.sh' --include='*.t' --include='*.mk' '\<(TO''DO|FIX''ME|XX''X)\>' \
		"$1"/include "$1"/intoto "$1"/layouts "$1"/attestors "$1"/tests "$1"/examples
}

ok 'the tree calls nothing that is banned' clean "$INTOTO_SOURCE"
ok 'no file has a name for anything' not vague_names "$INTOTO_SOURCE"
ok 'nothing is left open' not open_ends "$INTOTO_SOURCE"

# planted FOLDER LINE TEXT SENTENCE
planted() {
	rm -rf tree
	mkdir -p "tree/$1" tree/include tree/intoto tree/layouts tree/attestors
	printf '%s\n' "$2" >"tree/$1/a.c"
	refuses 1 "$3" "$4" clean tree
}
allowed() {
	rm -rf tree
	mkdir -p "tree/$1" tree/include tree/intoto tree/layouts tree/attestors
	printf '%s\n' "$2" >"tree/$1/a.c"
	ok "$3" clean tree
}
planted intoto/json '	sprintf(out, "%d", 1);' 'sprintf: it_buf' 'finds sprintf'
planted intoto/base '	x = (strcpy (a, b));' 'strcpy: it_buf' 'finds a call with a space, in base too'
planted layouts '	return strcmp(a, b) == 0;' 'strcmp: it_streq' 'finds string equality that is returned'
allowed layouts '	return strcmp(a->name, b->name);' 'an order may be made of strcmp'
planted layouts '	if (strcmp(a, b) == 0)' 'strcmp: it_streq' 'finds raw string equality'
planted intoto/crypto '	return !memcmp(a, b, 4);' 'memcmp: it_span_eq' 'finds raw memory equality'
planted intoto/run '	/* a */ printf("x"); /* b */' 'never prints' 'finds a library that prints'
planted intoto/record '	exit(1);' 'never exits' 'finds a library that exits'
planted intoto/model '	goto out;' 'goto: IT_AUTO' 'finds goto'
planted intoto/model '#ifdef DEBUG' '#if: in base' 'finds a preprocessor branch'
planted intoto/cmd '	n = atoi(text);' 'atoi: it_parse_u64' 'finds atoi in a command'
allowed intoto/cmd '	printf("%s", text);' 'a command may print'
allowed intoto/base '	return strcmp(a, b);' 'base may compare'
allowed intoto/json '	/* not strcpy(a, b) */ call("strcpy(", x);' 'words in comments and texts are no calls'
allowed layouts '	scheme->system(x); my_sprintf(y);' 'members and longer names are no calls'
mkdir -p vague/intoto && : >vague/intoto/util.c
ok 'finds a vague name' vague_names vague

done_testing
