#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whoever packs or renews is killed in front of one call after another: the name holds the archive of before, or a whole
# one, and nothing in between.  FAULTS_MOST=all takes every call.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
most=8
. "$INTOTO_SOURCE/tests/faults/faults.sh"

export SOURCE_DATE_EPOCH=1900000000
chain() {
	for name in owner bob packer; do intoto key generate --type ed25519 --no-passphrase -o $name || return; done
	intoto layout init root.layout --expires 2031-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key owner && echo x >app && mkdir links &&
		head -c 300000 /dev/urandom >big &&
		intoto-run -n build -p app --metadata-directory links --signing-key bob -- true
}
ok 'a chain is made' chain
program=$INTOTO_BUILD/intoto/cmd/.libs/intoto-archive
[ -x "$program" ] || program=$INTOTO_BUILD/intoto/cmd/intoto-archive
pack=("$program" pack -o new.tar.zst -l root.layout --verification-keys owner.pub --link-dir links
	--signing-key packer --add big=big --at 2030-03-17T17:46:40Z)
export LD_LIBRARY_PATH=$INTOTO_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
ok 'it is packed' "${pack[@]}" --release 1.0
mv new.tar.zst old
ok 'and another one' "${pack[@]}" --release 1.1
mv new.tar.zst whole
ok 'they differ' not cmp -s old whole

# killed CLASS: tells how many runs were killed, and what they left
killed() {
	local class=$1 before=$2 count n runs=0 whole=0
	[ "$before" = none ] || cp old new.tar.zst
	disturbed count "${run[@]}"
	count=$(sed -n "s/^$class //p" "$tap_top/fault")
	[ "${count:-0}" -gt 0 ] || { echo "no call of $class"; return 1; }
	for n in $(numbers "$count"); do
		rm -f new.tar.zst
		[ "$before" = none ] || cp old new.tar.zst
		disturbed "$class:$n:kill" "${run[@]}" 2>/dev/null
		[ $? -eq 137 ] || continue
		runs=$((runs + 1))
		if cmp -s new.tar.zst whole; then
			whole=$((whole + 1))
		elif [ "$before" = none ]; then
			[ ! -e new.tar.zst ] || { echo "$class $n: leaves a file that is not whole"; return 1; }
		else
			cmp -s new.tar.zst old || { echo "$class $n: the archive of before is gone"; return 1; }
		fi
	done
	[ $runs -gt 0 ] || { echo "$class: nobody was killed"; return 1; }
	echo "$runs" >>"$tap_top/total"
	echo "$class: killed $runs times of $count, $whole archives were whole" >"$tap_top/told"
}
run=("${pack[@]}" --release 1.1)
for class in write open name sync close read alloc; do
	ok "killed at $class, there is no archive or a whole one" killed $class none && diag "$(cat "$tap_top/told")"
done
for class in write name sync; do
	ok "killed at $class, the archive of before is there or the whole new one" killed $class old && diag "$(cat "$tap_top/told")"
done

# An archive that is renewed, or from which something is withheld, in its own place.
most=4
for run in "renew -o new.tar.zst" "export -o new.tar.zst --redact other/big --reason secret"; do
	read -ra words <<<"$run"
	run=("$program" "${words[@]}" --signing-key packer new.tar.zst)
	cp old new.tar.zst
	ok "${words[0]} has an archive of its own" "${run[@]}"
	mv new.tar.zst whole
	for class in write name sync; do
		ok "killed at $class, ${words[0]} leaves the archive of before or the whole new one" killed $class old &&
			diag "$(cat "$tap_top/told")"
	done
done

diag "killed $(awk '{ sum += $1 } END { print sum }' "$tap_top/total") times in all"
done_testing
