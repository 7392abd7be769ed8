# SPDX-License-Identifier: Apache-2.0
# TAP for bash: every test script starts with
#
#	. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
#
# and is then in a fresh empty folder ($tap_work, removed at the end) with our programs first in PATH,
# no terminal, no standard input, the C.UTF-8 locale, UTC and umask 022.
#
#	ok "sentence" CMD...                    passes when CMD exits 0
#	not CMD...                              turns 1..125 into 0 and everything else into 1
#	refuses STATUS "text" "sentence" CMD... passes when CMD exits STATUS and its output has the text
#	is "got" "want" "sentence"              passes when both are the same text
#	unprivileged CMD...                     runs a program as one whom file modes bind, also for root
#	                                        (can_be_unprivileged says whether that is possible)
#	has FILE "text" / lacks FILE "text"     for ok: a fixed text in a file
#	skip "why" "sentence"                   counts as skipped
#	skip_all "why"                          leaves; the whole script counts as one skip
#	diag "text"                             a remark
#	done_testing                            the last line of every script
#
# The output of the last CMD of ok and refuses is in $tap_out (both streams), $tap_stdout and
# $tap_stderr.  CMD may be a shell function; it runs in the script's own shell.

# One session without a terminal, so that a prompt finds none, whoever starts the test.
if [ -z "${TAP_SESSION-}" ] && command -v setsid >/dev/null 2>&1; then
	TAP_SESSION=1 exec setsid -w "$BASH" "$0" "$@" </dev/null
fi
unset TAP_SESSION

set -u
umask 022
exec </dev/null

INTOTO_SOURCE=$(cd "${INTOTO_SOURCE:-$(dirname "${BASH_SOURCE[0]}")/../..}" && pwd) || exit 1
INTOTO_BUILD=$(cd "${INTOTO_BUILD:-$INTOTO_SOURCE}" && pwd) || exit 1
export INTOTO_SOURCE INTOTO_BUILD
export LC_ALL=C.UTF-8 TZ=UTC
# Nothing of the caller's world decides a test: no colours, dates, settings of the Python tool, git.
unset SOURCE_DATE_EPOCH GITHUB_STEP_SUMMARY NO_COLOR CLICOLOR_FORCE GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE LANGUAGE LANG
unset "${!IN_TOTO_@}" "${!INTOTO_TEST_SET_@}" 2>/dev/null

tap_count=0
tap_failed=0
tap_done=
tap_top=$(mktemp -d "${TMPDIR:-/tmp}/intoto-test.XXXXXX") || exit 1
tap_work=$tap_top/work
tap_out=$tap_top/out
tap_stdout=$tap_top/stdout
tap_stderr=$tap_top/stderr
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-${HOME:-$tap_top}/.cache}
export HOME=$tap_top/home
mkdir "$tap_work" "$HOME" "$tap_top/bin"

tap_leave() {
	local status=$?

	cd /
	chmod -R u+rwX "$tap_top" 2>/dev/null
	rm -rf "$tap_top"
	if [ -z "$tap_done" ]; then
		echo "Bail out! the script ended early with status $status"
		exit 1
	fi
	exit "$status"
}
trap tap_leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The program and its other names, without installing: symbolic links first in PATH.
tap_programs() {
	local name program=$INTOTO_BUILD/intoto/cmd/intoto

	[ -x "$program" ] || return 0
	ln -s "$program" "$tap_top/bin/intoto"
	for name in check run record verify sign match key layout; do
		ln -s "$program" "$tap_top/bin/intoto-$name"
	done
}
# A test of an installed tree sets INTOTO_PREFIX instead.
if [ -n "${INTOTO_PREFIX-}" ]; then
	PATH=$INTOTO_PREFIX/bin:$PATH
else
	tap_programs
	PATH=$tap_top/bin:$PATH
fi
export PATH
cd "$tap_work" || exit 1

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# tap_result STATUS SENTENCE: 0 is ok.  A # would start a directive.
tap_result() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "${2//#/no.}"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "${2//#/no.}"
	return 1
}

# Runs a command with its output kept; the status is the command's.
tap_run() {
	local status

	"$@" >"$tap_stdout" 2>"$tap_stderr"
	status=$?
	cat "$tap_stdout" "$tap_stderr" >"$tap_out"
	return $status
}

tap_show_output() {
	head -c 4000 "$tap_out" | cat -v | sed 's/^/#   | /'
}

ok() {
	local sentence=$1 status
	shift

	tap_run "$@"
	status=$?
	tap_result $status "$sentence" && return 0
	diag "exit status $status: ${*@Q}"
	tap_show_output
	return 1
}

not() {
	"$@"
	local status=$?
	[ $status -ge 1 ] && [ $status -le 125 ]
}

tap_as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
}

can_be_unprivileged() {
	[ "$(id -u)" -ne 0 ] || tap_as_nobody true 2>/dev/null
}

# For root the program is copied to where everybody may go: its build folder may be closed.
unprivileged() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	chmod a+rx "$tap_top"
	mkdir -p "$tap_top/nobody"
	[ "$1" != intoto ] || cp -Lu "$(type -P intoto)" "$tap_top/nobody/"
	PATH=$tap_top/nobody:$PATH tap_as_nobody "$@"
}

has() {
	grep -qF -- "$2" "$1" && return 0
	echo "no \"$2\" in $1"
	return 1
}

lacks() {
	[ -r "$1" ] || { echo "$1 cannot be read"; return 1; }
	not grep -F -- "$2" "$1"
}

# Looks first without starting a program, which takes longer than some that are tested.
tap_said() {
	local said=

	IFS= read -r -d '' -n 65536 said <"$tap_out"
	[[ $said == *"$1"* ]] || grep -qF -- "$1" "$tap_out"
}

refuses() {
	local want=$1 text=$2 sentence=$3 status why=
	shift 3

	tap_run "$@"
	status=$?
	[ $status -eq "$want" ] || why="exit status $status, want $want"
	tap_said "$text" || why="${why:+$why; }no \"$text\" in the output"
	tap_result "${#why}" "$sentence" && return 0
	diag "$why: ${*@Q}"
	tap_show_output
	return 1
}

is() {
	[ "$1" = "$2" ]
	tap_result $? "$3" && return 0
	diag "got:  $1"
	diag "want: $2"
	return 1
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "${2:-this}" "$1"
}

skip_all() {
	echo "1..0 # SKIP $*"
	tap_done=1
	exit 0
}

done_testing() {
	echo "1..$tap_count"
	tap_done=1
	[ "$tap_failed" -eq 0 ]
	exit
}
