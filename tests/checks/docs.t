#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual and the program say the same: every command has a page, every option is in its page and
# every option of a page is one of the program's, every reason code is explained, and the pages are
# sound.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
docs=$INTOTO_SOURCE/docs

# children WORDS...: the commands that the help lists below these
children() {
	intoto help "$@" | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p'
}
page_of() {
	intoto help "$@" | sed -n 's/^manual: man //p'
}
# plain FILE: the page without its markup
plain() {
	sed -e '/^\.\\"/d' -e 's/\\-/-/g' -e 's/\\f\(\[[^]]*\]\|.\)//g' -e 's/\\(aq/'"'"'/g' -e 's/\\&//g' "$1"
}
# options_in FILE: the options that a page defines, in the paragraphs that .TP begins
options_in() {
	plain "$1" | awk '
		/^\.TP/ { tag = 1; next }
		/^\.TQ/ { tag = 1; next }
		tag { tag = 0; if ($0 ~ /^(\.[A-Z]+ *)?"?-/) print }' |
		grep -oE -- '(^|[ ,"])--?[a-zA-Z][a-z0-9-]*' | sed 's/^[ ,"]*//' | sort -u
}
names() {
	plain "$1" | grep -qE -- "(^|[^-[:alnum:]])$2([^-[:alnum:]]|\$)"
}

every_option_is_in_its_page() {
	local page=$1 option status=0
	shift
	for option in $(intoto help --options-of="$*"); do
		names "$docs/$page.1" "$option" || { echo "$page.1 does not have $option of '$*'"; status=1; }
	done
	return $status
}

# --- each command and its page -----------------------------------------------------------------------
: >pages
for command in $(children); do
	page=$(page_of "$command")
	ok "intoto $command has a page" test -f "$docs/$page.1"
	[ -f "$docs/$page.1" ] || continue
	ok "every option of intoto $command is in $page.1" every_option_is_in_its_page "$page" "$command"
	echo "$page $command" >>pages
	for sub in $(children "$command"); do
		is "$(page_of "$command" "$sub")" "$page" "intoto $command $sub points to the same page"
		ok "$page.1 has a word on $sub" names "$docs/$page.1" "$sub"
		ok "every option of intoto $command $sub is in $page.1" every_option_is_in_its_page "$page" "$command" "$sub"
		echo "$page $command $sub" >>pages
	done
done
ok 'there are commands to look at' test "$(wc -l <pages)" -gt 8

# --- and back ----------------------------------------------------------------------------------------
no_invented_option() {
	local page=$1 status=0 option
	{
		printf '%s\n' -h --help --version
		awk -v page="$page" '$1 == page { $1 = ""; sub(/^ /, ""); print }' pages | while read -r words; do
			intoto help --options-of="$words"
		done
	} | sort -u >known
	for option in $(options_in "$docs/$page.1"); do
		grep -qxF -- "$option" known || { echo "$page.1 has $option, the program does not"; status=1; }
	done
	return $status
}
for page in $(cut -d' ' -f1 pages | sort -u); do
	[ "$page" = intoto ] || ok "$page.1 defines options" test -n "$(options_in "$docs/$page.1")"
	ok "$page.1 invents no option" no_invented_option "$page"
done

# --- reason codes ------------------------------------------------------------------------------------
codes() {
	sed -n 's/^[[:space:]]*{ "\([a-z-]*\.[a-z-]*\)",.*/\1/p' "$INTOTO_SOURCE/layouts/report_codes.c"
}
every_code_is_explained() {
	local code status=0
	for code in $(codes); do
		names "$docs/intoto-verify.1" "${code//./\\.}" || { echo "no $code"; status=1; }
	done
	return $status
}
ok 'there are reason codes' test "$(codes | wc -l)" -gt 10
ok 'every reason code is in intoto-verify.1' every_code_is_explained

# --- the pages themselves ----------------------------------------------------------------------------
renders() {
	local said
	said=$(man --warnings=w -E UTF-8 -l -Tutf8 "$1" 2>&1 >/dev/null)
	[ -z "$said" ] || { echo "$said"; return 1; }
}
for page in "$docs"/*.[1-8]; do
	case $(head -n 1 "$page") in
	.so*) continue ;;
	esac
	name=$(basename "$page")
	for section in NAME SYNOPSIS DESCRIPTION; do
		ok "$name has $section" grep -qE "^\\.S[Hh] \"?$section" "$page"
	done
	if command -v man >/dev/null; then
		ok "$name renders without a warning" renders "$page"
	else
		skip 'man is not installed' "$name renders without a warning"
	fi
done
printf '.TH x 1\n.SH NAME\n.nosuchmacro\n' >bad.1
command -v man >/dev/null && refuses 1 'nosuchmacro' 'a faulty page would be seen' renders ./bad.1

done_testing
