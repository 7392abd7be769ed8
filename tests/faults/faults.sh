# SPDX-License-Identifier: Apache-2.0
# For the tests in this folder, after tests/lib/tap.sh: one call of the system after another is made to
# fail (faults.c) while the program works, and what it leaves is judged.
#
#	walk "NAME" CMD...    counts the calls of CMD and runs it again for each of them and each way to
#	                      fail; one test for each class and way
#
# The script has these functions: reset (everything as before CMD), and judge STATUS, which looks at what
# CMD left and says what is wrong, if anything is.
#
# FAULTS_MOST=N      how many calls of a class are tried; those of a larger class are drawn (25, or $most)
# FAULTS_SEED=N      draws the same ones again
# FAULTS_MOST=all    every one: tests/faults/all.sh
# FAULTS_ONLY="read:EIO …"    only these

faults=$INTOTO_BUILD/tests/faults/faults.so
[ -e "$faults" ] || skip_all "there is no $faults"
faults_most=${FAULTS_MOST:-${most:-25}}
faults_seed=${FAULTS_SEED:-4711}
RANDOM=$faults_seed
[ "$faults_most" = all ] || diag "calls of large classes are drawn with FAULTS_SEED=$faults_seed"

# Which ways to fail are tried with each class.  Only what a system may say without lying about what is
# there: "no such file" for a file that exists would be a tree without it.
ways='
alloc	ENOMEM
read	EIO EINTR short end
write	ENOSPC EINTR short
open	EMFILE EACCES
stat	EIO EACCES
folder	EIO
name	EIO EINVAL
sync	EIO
close	EIO EINTR
map	ENOMEM
thread	EAGAIN
process	EAGAIN
wait	EINTR ENOMEM
random	EINTR
raw	EPERM ENOSYS
'

# Ours stand before those of an address sanitizer, and call them.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0

# disturbed ORDER CMD...
disturbed() {
	local order=$1
	shift
	: >"$tap_top/fault"
	FAULTS=$order FAULTS_LOG=$tap_top/fault LD_PRELOAD=$faults "$@" >"$tap_stdout" 2>"$tap_stderr"
}

# numbers COUNT: which calls are tried, and "all" for every other one
numbers() {
	if [ "$faults_most" = all ] || [ "$1" -le "$faults_most" ]; then
		seq 1 "$1"
	else
		for ((i = 0; i < faults_most; i++)); do echo $((1 + (RANDOM * 32768 + RANDOM) % $1)); done | sort -nu
	fi
}

# try CLASS WAY NUMBER CMD...: one run; says what is wrong with it
try() {
	local order=$1:$3:$2 status why
	shift 3
	reset
	disturbed "$order" "$@"
	status=$?
	[ -s "$tap_top/fault" ] || [ $status -eq 142 ] || return 0
	# The sanitizer's own work in a new thread is not ours.
	[ $status -ne 199 ] || ! grep -q 'AddressSanitizer: CHECK failed' "$tap_stderr" || return 0
	hit=$((hit + 1))
	case $status in
	142) why='it hangs' ;;
	199) why='a sanitizer has something to say' ;;
	12[89] | 1[3-9]? | 2??) why="it crashed with status $status" ;;
	*) why=$(judge $status) ;;
	esac
	[ $status -ne 0 ] || passed=$((passed + 1))
	[ -n "$why" ] || return 0
	bad=$((bad + 1))
	[ $bad -le 5 ] || return 0
	diag "$order ($(cat "$tap_top/fault")), status $status: $why"
	tail -n 3 "$tap_stderr" | cat -v | cut -c1-300 | sed 's/^/#   | /'
}

walk() {
	local name=$1 class count kinds kind n hit bad passed list
	shift
	reset
	disturbed count "$@"
	cp "$tap_top/fault" "$tap_top/counts"
	ok "$name: the calls are counted" grep -q '^alloc [1-9]' "$tap_top/counts"
	while read -r class kinds; do
		[ -n "$class" ] || continue
		count=$(sed -n "s/^$class //p" "$tap_top/counts")
		[ "${count:-0}" -gt 0 ] || continue
		for kind in $kinds; do
			[ -z "${FAULTS_ONLY-}" ] || case " $FAULTS_ONLY " in *" $class:$kind "*) ;; *) continue ;; esac
			hit=0 bad=0 passed=0
			list=$(numbers "$count")
			case $kind in EINTR | short) list="all $list" ;; ENOSYS) list="each $list" ;; esac
			for n in $list; do try $class $kind "$n" "$@"; done
			# How many there are may differ a little: the first one is there each time.
			[ $hit -gt 0 ] || try $class $kind 1 "$@"
			[ $hit -gt 0 ] || case $kind in end) continue ;; *) bad=1 ;; esac
			tap_result $bad "$name: $class, $kind: $hit of $count calls, $passed succeeded all the same"
		done
	done <<<"$ways"
	reset
}
