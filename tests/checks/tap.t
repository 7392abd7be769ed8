#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The test library itself: a check that cannot fail would prove nothing.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# What a script of one line says and how it ends.
script() {
	{
		echo '. "$INTOTO_SOURCE/tests/lib/tap.sh"'
		echo "$1"
		echo "${2-done_testing}"
	} >script.t
	bash script.t
}
says() {
	script "$2" >said 2>&1
	has said "$1"
}
complains() {
	printf '%s\n' "a.json: want a text" >&2
	return 65
}

ok 'ok passes on status 0' says 'ok 1 - it works' 'ok "it works" true'
ok 'ok fails on any other status' says 'not ok 1 - it works' 'ok "it works" false'
ok 'ok fails on a command that is not there' says 'not ok 1 - x' 'ok x no-such-command-here'
ok 'a failure makes the script fail' not script 'ok x false'
ok 'a pass makes the script pass' script 'ok x true'
refuses 65 'want a text' 'refuses sees status and text' complains
ok 'refuses fails on the right status with another text' says 'not ok 1 - x' \
	'refuses 1 "some text" x false'
ok 'refuses fails on the right text with another status' says 'not ok 1 - x' \
	'refuses 2 text x bash -c "echo text; exit 1"'
ok 'refuses fails when nothing is refused' says 'not ok 1 - x' 'refuses 1 text x echo text'
ok 'not does not accept a crash' not not bash -c 'kill -SEGV $$'
ok 'not accepts a plain failure' not false
ok 'is compares whole texts' says 'not ok 1 - x' 'is ab a x'
ok 'has and lacks fail on a missing file' says 'not ok 1 - x' 'ok x lacks nowhere text'
ok 'skips are counted by the harness' says 'ok 1 - x # SKIP why' 'skip why x'
ok 'a script that ends early is no pass' not script 'ok x true; exit 0' ''
ok 'a script that ends early says so' has "$tap_out" 'Bail out!'
ok 'a sentence cannot smuggle a directive' says 'ok 1 - a no. SKIP b' 'ok "a # SKIP b" true'
ok 'the work folder starts empty' script '[ -z "$(ls -A)" ]; tap_result $? empty'
ok 'there is no terminal' script 'ok x not bash -c ": </dev/tty"'
ok 'the work folder is removed' script 'echo "$tap_work" >"'"$PWD"'/where"'
ok 'the work folder is gone' not test -e "$(cat where)"

cannot_read() {
	can_be_unprivileged || return 0
	echo secret >closed && chmod 0 closed && not unprivileged cat closed
}
ok 'the unprivileged are bound by modes' cannot_read

done_testing
