#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual says what the program and the headers say: options, prototypes, version; and it is well formed.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

docs=$INTOTO_SOURCE/docs
version=$(intoto version)

# plain PAGE: its text without macros, fonts and escapes
plain() {
	sed -e 's/\\f.//g; s/\\-/-/g; s/\\~/ /g; s/\\&//g; s/\\e/\\/g' "$1"
}
commands_of() {
	intoto help "$@" | sed -n '/^commands:$/,/^$/s/^  \([a-z-]*\)  .*/\1/p'
}
# all_options_in PAGE COMMAND...: every option of the commands is described in the page
all_options_in() {
	local page=$1 words name status=0
	shift

	plain "$page" | tr -s '",()[]=' ' ' >text
	for words in "$@"; do
		intoto help --options-of="$words" >names
		while read -r name; do
			grep -qE -- "^\.(B|BI|BR|RB|IR|RI)( .*)? $name( |\$)" text ||
				{ echo "$words: no $name in $page"; status=1; }
		done <names
	done
	return $status
}
# no_other_options_in PAGE COMMAND...: and the page describes none that is not there
no_other_options_in() {
	local page=$1 words name status=0
	shift

	for words in "$@"; do intoto help --options-of="$words"; done >names
	printf '%s\n' --help --version >>names
	plain "$page" | sed -n '/^\.SH OPTIONS/,/^\.SH/p' | grep -oE '(^|[^a-z-])--[a-z][a-z-]*' |
		sed 's/^[^-]*//; s/-*$//' | sort -u >found
	while read -r name; do
		grep -qxF -- "$name" names || { echo "$page: no command has $name"; status=1; }
	done <found
	return $status
}
well_formed() {
	local section
	for section in "$@"; do
		grep -qE "^\.SH \"?$section\"?\$" "$page" || { echo "no section $section"; return 1; }
	done
}

# of_one_page NAME COMMAND...: intoto-NAME(1) is the page of these
of_one_page() {
	local name=$1
	page=$docs/intoto-$1.1
	shift

	ok "intoto-$name(1) describes every option" all_options_in "$page" "$@"
	ok "intoto-$name(1) describes no other option" no_other_options_in "$page" "$@"
	ok "intoto-$name(1) has its sections" well_formed NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' \
		EXAMPLES 'SEE ALSO'
}

for name in $(commands_of); do
	page=$docs/intoto-$name.1
	case $name in completion | help | version)
		ok "$name is explained in intoto(1)" grep -qE "^\.BI? .*$name" "$docs/intoto.1"
		continue ;;
	esac
	ok "there is a page for $name" test -s "$page"
	[ -s "$page" ] || continue
	mapfile -t words < <(commands_of "$name" | sed "s/^/$name /")
	[ ${#words[@]} -gt 0 ] || words=("$name")
	ok "intoto(1) leads to it" grep -qF "intoto\\-$name (1)" "$docs/intoto.1"
	case $name in image)
		ok "intoto-$name(1) has its sections" well_formed NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'
		for part in "${words[@]#$name }"; do
			of_one_page "$name-$part" "$name $part"
			ok "intoto-$name(1) leads to it" grep -qF "intoto\\-$name\\-$part (1)" "$docs/intoto-$name.1"
		done
		continue ;;
	esac
	case $name in store) # the server has a page of its own (tests/serve/token.t), and tokens have commands below
		mapfile -t words < <(printf '%s\n' "${words[@]}" | grep -vxE 'store (serve|token)'; commands_of store token | sed 's/^/store token /') ;;
	esac
	of_one_page "$name" "${words[@]}"
done
page=$docs/intoto.1
ok 'intoto(1) has its sections' well_formed NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' ENVIRONMENT FILES \
	EXAMPLES SECURITY 'SEE ALSO'

# The twins: a page with one option too few or too many is seen.
grep -v 'replace$' "$docs/intoto-sign.1" >short.1
refuses 1 'sign: no --replace in short.1' 'sees a forgotten option' all_options_in short.1 sign
sed 's/^\.B \\-\\-replace/.B \\-\\-repalce/' "$docs/intoto-sign.1" >wrong.1
refuses 1 'no command has --repalce' 'sees an invented option' no_other_options_in wrong.1 sign

# Prototypes: those of the headers, word by word.
prototypes_of_header() {
	sed 's|/\*.*\*/||; /^#/d' "$1" | tr '\n\t' '  ' | sed 's/;/;\n/g' | sed -n 's/ __attribute__((.*))//; s/.*INTOTO_API //p' | tr -s ' ' |
		LC_ALL=C sort
}
prototypes_of_page() {
	plain "$1" | sed -n '/^\.SH SYNOPSIS/,/^\.SH DESCRIPTION/p' | sed -n 's/^\.B "\(.*\)"$/\1/p' |
		tr '\n' ' ' | sed 's/;/;\n/g' | tr -s ' ' | sed 's/^ //' | grep -v '^typedef\|^$' | LC_ALL=C sort
}
for header in "$INTOTO_SOURCE"/include/intoto/*.h; do
	name=$(basename "$header" .h)
	page=$docs/intoto_$name.3
	[ "$name" != version ] || page=$docs/intoto.3
	prototypes_of_header "$header" >header
	prototypes_of_page "$page" >page
	ok "the prototypes of <intoto/$name.h> are in $(basename "$page")" diff -u header page
	ok "which names the header" grep -qF "#include <intoto/$name.h>" "$page"
done
ok 'some were compared' test -s header

for page in "$docs"/*.[135]; do
	grep -q '^\.TH' "$page" || continue
	base=$(basename "$page")
	ok "$base is of this version" grep -qE "^\.TH .* \"$version\"" "$page"
	if command -v groff >/dev/null 2>&1; then
		groff -man -Tutf8 -ww "$page" >text 2>warnings
		is "$(cat warnings)" '' "$base has no fault that groff sees"
	else
		skip 'no groff' "$base has no fault that groff sees"
	fi
done

# Every page that is pointed to is there.
dangling() {
	local status=0 name section
	while read -r name section; do
		[ -f "$docs/$name.$section" ] || { echo "no $name($section)"; status=1; }
	done < <(plain "$1" | sed -n '/^\.SH "SEE ALSO"/,$p' | sed -n 's/^\.BR \(intoto[a-z_-]*\) (\([135]\)).*/\1 \2/p')
	return $status
}
for page in "$docs"/*.[135]; do
	ok "$(basename "$page") points to pages that are there" dangling "$page"
done

done_testing
