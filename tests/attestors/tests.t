#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor of test reports: what real runners write, in the test itself where they are installed,
# and what is no report of this step.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/attestors/report.sh"

samples=$INTOTO_SOURCE/tests/attestors/samples
# takes FILE COUNTS SENTENCE: "result passed failed errors skipped todo flaky"
takes() {
	attest tests "$1" "${@:4}" >/dev/null
	is "$(told '.statements[0].predicate | [.result, (.intoto.counts | .passed, .failed, .errors, .skipped, .todo, .flaky)] | join(" ")')" "$2" "$3"
}
names() { told ".statements[0].predicate | .$1 | sort | join(\", \")"; }
have() { command -v "$1" >/dev/null; }

# --- real runners ---

if have node && node --test --test-reporter=junit --version >/dev/null 2>&1; then
	cat >a.test.js <<'EOF'
const { test, describe, it } = require('node:test');
const assert = require('node:assert');
describe('outer', () => {
	it('one', () => {});
	it('two', () => { assert.equal(1, 2); });
	it.skip('three');
	describe('inner', () => { it('deep', () => {}); });
});
test('top', () => {});
EOF
	node --test --test-reporter=junit a.test.js >node.xml 2>/dev/null
	takes node.xml 'FAILED 3 1 0 1 0 0' "takes Node's JUnit XML"
	is "$(names passedTests)" 'outer > inner > deep, outer > one, top' 'names its tests by their suites'
	is "$(names failedTests)" 'outer > two' 'and those that failed'
	node --test --test-reporter=tap a.test.js >node.tap 2>/dev/null
	takes node.tap 'FAILED 3 1 0 1 0 0' "takes Node's TAP, with the same counts"
	is "$(names passedTests)" 'outer > inner > deep, outer > one, top' 'and the same names'
else
	skip 'no node with a reporter here' "takes Node's reports"
fi

if have ctest && have cmake; then
	mkdir ct
	cat >ct/CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.10)
project(x NONE)
enable_testing()
add_test(NAME good COMMAND true)
add_test(NAME bad COMMAND false)
add_test(NAME off COMMAND true)
set_tests_properties(off PROPERTIES DISABLED TRUE)
add_test(NAME not COMMAND sh -c "exit 77")
set_tests_properties(not PROPERTIES SKIP_RETURN_CODE 77)
EOF
	cmake -S ct -B ct/b >/dev/null 2>&1
	(cd ct/b && ctest --output-junit j.xml >/dev/null 2>&1)
	takes ct/b/j.xml 'FAILED 1 1 0 2 0 0' "takes CTest's, where a disabled test has no element"
else
	skip 'no ctest here' "takes CTest's"
fi

if have bats; then
	printf '@test "ok one" { true; }\n@test "skips" { skip "why"; }\n@test "bad" { false; }\n' >x.bats
	bats --tap x.bats >bats.tap 2>/dev/null
	takes bats.tap 'FAILED 1 1 0 1 0 0' "takes bats' TAP"
	bats --formatter junit x.bats >bats.xml 2>/dev/null
	takes bats.xml 'FAILED 1 1 0 1 0 0' 'and its JUnit XML'
else
	skip 'no bats here' "takes bats'"
fi

python=$(for p in python3 /usr/bin/python3; do "$p" -c 'import pytest' 2>/dev/null && echo "$p" && break; done)
if [ -n "$python" ]; then
	cat >test_a.py <<'EOF'
import pytest
def test_ok(): pass
def test_bad(): assert 0
@pytest.mark.skip
def test_s(): pass
@pytest.mark.xfail
def test_x(): assert 0
@pytest.mark.parametrize('a', [1, 2])
def test_p(a): pass
@pytest.fixture
def f(): raise RuntimeError
def test_e(f): pass
EOF
	"$python" -m pytest -q -p no:cacheprovider --junitxml=py.xml test_a.py >/dev/null 2>&1
	takes py.xml 'FAILED 3 1 1 1 1 0' "takes pytest's, with an error and an expected failure"
	is "$(names passedTests)" 'test_a.test_ok, test_a.test_p[1], test_a.test_p[2]' 'names tests with their parameters'
else
	skip 'no pytest here' "takes pytest's"
fi

cat >cm.c <<'EOF'
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
static void good(void **s) { (void)s; }
static void bad(void **s) { (void)s; assert_true(0); }
static void none(void **s) { (void)s; skip(); }
int main(void)
{
	const struct CMUnitTest t[] = { cmocka_unit_test(good), cmocka_unit_test(bad), cmocka_unit_test(none) };
	return cmocka_run_group_tests(t, 0, 0);
}
EOF
# shellcheck disable=SC2086
if ${INTOTO_CC:-cc} $INTOTO_CFLAGS $INTOTO_KIND -o cm cm.c -lcmocka 2>/dev/null; then
	CMOCKA_MESSAGE_OUTPUT=XML ./cm >cm.xml 2>/dev/null
	takes cm.xml 'FAILED 1 1 0 1 0 0' "takes cmocka's XML"
	CMOCKA_MESSAGE_OUTPUT=TAP ./cm >cm.tap 2>/dev/null
	takes cm.tap 'FAILED 1 1 0 1 0 0' 'and its TAP'
else
	skip 'no cmocka here' "takes cmocka's"
fi

takes "$samples/surefire-flaky.xml" 'WARNED 2 0 0 0 0 1' "takes Surefire's, with a test that passed at the third try"
is "$(told '.statements[0].predicate.intoto.warnings[0]')" 'surefire-flaky.xml: the suite "org.acme.FlakyTest" says that it has 1 tests, and 2 are there' \
	'and with totals that are not those of its elements'
is "$(names intoto.flakyTests)" org.acme.FlakyTest.testFlaky 'and are named beside it'
takes "$samples/ctrf-retries.json" 'WARNED 2 0 0 0 0 1' 'takes CTRF'
takes "$samples/pytest-report.json" 'FAILED 3 3 2 1 1 0' "takes pytest-json-report's"
takes "$samples/gotest-parallel.json" "$(grep -c '"Action":"pass".*"Test"' "$samples/gotest-parallel.json" | sed 's/^/FAILED /') $(grep -c '"Action":"fail".*"Test"' "$samples/gotest-parallel.json") 0 0 0 0" "takes what go test -json prints"
attest tests "$samples/gotest-missing.json" >/dev/null
is "$(told '.statements[0].predicate | [.result, .intoto.counts.errors > 0] | join(" ")')" 'FAILED true' 'a test that broke its package off is an error'

# --- what a result is made of ---

printf '1..3\nok 1 a\nok 2 b\nok 3 c # SKIP later\n' >good.tap
takes good.tap 'PASSED 2 0 0 1 0 0' 'a skipped test does not keep a run from passing'
is "$(told '.statements[0].predicateType')" https://in-toto.io/attestation/test-result/v0.1 'the predicate is that of the framework'
is "$(told '.statements[0].predicate.configuration | length')" 0 'its configuration is there'
is "$(told '.statements[0].predicate.intoto.reports[0] | [.name, .digest.sha256, .format] | join(" ")')" \
	"good.tap $(sha256sum <good.tap | cut -c1-64) tap" 'it names the report by its digest'
printf '<testsuite name="s" tests="6" failures="6"><testcase name="a"/></testsuite>' >totals.xml
takes totals.xml 'FAILED 1 0 0 0 0 0' 'totals that claim failures which are not there fail'
is "$(told '.statements[0].predicate.intoto.problems[0]')" 'totals.xml: the suite "s" says that it has 6 tests, and 1 are there' 'and are told'
is "$(told '.statements[0].predicate.intoto.reports[0].said | [.tests, .failures] | join(" ")')" '6 6' 'and recorded'
printf '1..2\nnot ok 1 a\nok 2 a\n' >again.tap
takes again.tap 'FAILED 1 1 0 0 0 0' 'tests of the same name are two'
takes again.tap 'WARNED 1 0 0 0 0 1' 'unless the last one decides' '{"reruns": ["last"]}'
printf '1..0 # SKIP no database\n' >none.tap
takes none.tap 'FAILED 0 0 0 0 0 0' 'no test is no pass'
takes none.tap 'WARNED 0 0 0 0 0 0' 'and no full one where that is allowed' '{"allow-empty": ["yes"]}'
printf '1..2\nok 1 a\n' >cut.tap
takes cut.tap 'FAILED 1 0 0 0 0 0' 'a run that broke off failed'

# --- what is refused ---

says() { refuses 1 "$@"; }
printf '<testsuite name="s"><testcase name="a"/>' >cut.xml
says 'the report is cut off' 'refuses XML that is cut off' attest tests cut.xml
printf '' >empty.xml
says 'is empty' 'refuses an empty file' attest tests empty.xml
{
	printf '<!DOCTYPE t [<!ENTITY a0 "aaaaaaaaaa">'
	for i in 1 2 3 4 5 6 7 8 9; do printf '<!ENTITY a%d "&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;">' $i $((i - 1)){,,,,,,,}; done
	printf ']><testsuite name="&a9;"/>'
} >bomb.xml
says 'a document type' 'refuses an entity bomb' attest tests bomb.xml
echo secret >secret
printf '<!DOCTYPE t [<!ENTITY x SYSTEM "file://%s/secret">]><testsuite><testcase name="&x;"/></testsuite>' "$PWD" >external.xml
says 'a document type' 'refuses an external entity' attest tests external.xml
ok 'and does not read it' lacks "$tap_top/answer" 'secret"'
{ for _ in $(seq 2000); do printf '<testsuite>'; done; } >deep.xml
says 'more than 64 elements in one another' 'refuses 2000 elements in one another' attest tests deep.xml
printf '<testsuite><testcase name="a"/></testsuite>\n1..1\nok 1 a\n' >two.xml
says 'looks like junit and like tap' 'refuses two formats in one file' attest tests two.xml
says 'want ctrf, go, junit, pytest or tap' 'refuses a format that it does not know' attest tests good.tap '{"as": ["xunit"]}'
says 'line 1:' 'a format that is forced must be the right one' attest tests good.tap '{"as": ["junit"]}'
says 'is none of' 'refuses what is no report' attest tests secret

touch -d '2020-01-01 00:00:00' good.tap
now=$(date +%s)000000000
says 'it is of another run' 'refuses a report that is older than the step' attest tests good.tap '{}' "$now"
ok 'unless that is allowed' attest tests good.tap '{"allow-stale": ["yes"]}' "$now"
cp "$samples/ctrf-retries.json" copied.json
says 'was written long before the step' 'refuses a copy of an old report that says so' attest tests copied.json '{}' "$now"
says 'want yes or no' 'refuses an option that is neither' attest tests good.tap '{"allow-stale": ["maybe"]}'

# --- through the host ---

intoto key generate --no-passphrase -o key.pem >/dev/null
printf 'app' >app
run() { rm -f ./*.link ./*.intoto.json ./.*unfinished; intoto run -n test -p app --signing-key key.pem --attestor-path "$INTOTO_BUILD/attestors" "$@"; }
statement() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' test.*.tests.intoto.json | base64 -d; }
ok 'attests the report that a step makes' run --attest tests=made.tap -- sh -c 'printf "1..1\nok 1 a\n" >made.tap'
is "$(statement | jq -r '[.subject[0].name, .predicate.result] | join(" ")')" 'app PASSED' 'about its products'
refuses 125 'it is of another run' 'a report from before the step is no evidence of it' \
	run --attest tests=good.tap -- true
printf '1..1\nok 1 b\n' >other.tap
ok 'several reports make one statement' run --attest 'tests=o*.tap' --attest-option tests:allow-stale=yes -- \
	sh -c 'printf "1..1\nok 1 a\n" >one.tap'
is "$(statement | jq -r '.predicate | [.intoto.counts.passed, (.intoto.reports | length)] | join(" ")')" '2 2' 'with the tests of all'

done_testing
