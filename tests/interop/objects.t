#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store whose objects are in docker-registry: many of them, a large one, writers that are killed, and a
# registry that is.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
store() { intoto store "$1" --insecure-objects "${@:2}"; }

registry_start || exit
ok 'a store is made' store init --objects "oci:$registry/evidence"
mkdir many && for i in $(seq 500); do echo "$i" >many/$i; done
ok '500 documents are put' store put -q many/*
prints '500 objects' 'and are there' store fsck
is "$(curl -s "http://$registry/v2/evidence/tags/list" | jq '.tags | length')" 500 'each has a tag'

# Larger than what is read for its facts, so that nobody needs all of it at once.
ok 'a large one' sh -c 'head -c 300000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 0 -iv 0 2>/dev/null >large'
memory() { python3 -c 'import resource, subprocess, sys
sys.exit(subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL) or resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 65536)' "$@"; }
ok 'is put in less than 64 MiB of memory' memory intoto store put --insecure-objects large
ok 'and got in less' memory intoto store get --insecure-objects 500 -o back
ok 'as it was' cmp large back

# --- killed in the middle -----------------------------------------------------------------------------------------------
export INTOTO_STORE=$PWD/killed
store init --objects "oci:$registry/killed" >/dev/null
mkdir more && for i in $(seq 300); do echo "more $i" >more/$i; done
kill_runs() {
	local run id
	for run in 1 2 3 4 5 6 7; do
		(exec intoto store put --insecure-objects more/$run? more/$run >acknowledged 2>/dev/null) &
		sleep "0.$(printf %02d $((run * 4)))"
		kill -9 $! 2>/dev/null
		wait $! 2>/dev/null
		while read -r id _; do
			store get "$id" >/dev/null || { echo "lost: $id"; return 1; }
		done <acknowledged
		store fsck >/dev/null || return 1
	done
	store put -q more/*
}
ok 'what was acknowledged is there, and no row is without its object' kill_runs 2>/dev/null
prints '300 objects' 'all are there in the end' store fsck

# --- the registry goes away ------------------------------------------------------------------------------------------
mkdir last && for i in $(seq 300); do echo "last $i" >last/$i; done
gone() {
	local status

	(exec intoto store put --insecure-objects last/* >acknowledged 2>told) &
	sleep 0.5
	kill -9 "$registry_pid"
	wait $!
	status=$?
	[ $status -eq 69 ] && ! [ -s acknowledged ] && grep -qF "$registry" told || { cat told; echo "status $status"; return 1; }
}
ok 'a put whose registry is killed says which, and acknowledges nothing' gone
registry_again
prints '300 objects' 'no row is without its object' store fsck
ok 'the same again' store put -q last/*
prints '600 objects' 'completes it' store fsck

done_testing
