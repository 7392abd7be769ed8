#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store whose documents are in a real S3-compatible server: what it locks nobody removes.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/s3.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
s3_is_there || skip_all 'there is no RADOS gateway, or this is not root'
s3_start && s3_bucket plain && s3_bucket locked lock || {
	tail -n 5 "$s3_folder/start.log" | sed 's/^/# /'
	skip_all 'the RADOS gateway does not start'
}
prints() {
	refuses 0 "$@"
}
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
key_of() { sha256sum "$1" | sed 's|^\(..\)\(.\{62\}\).*|\1/\2|'; }
store() { local command=$1; shift; intoto store "$command" --insecure-objects "$@"; }
sql() {
	python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1] + "/index.sqlite") as db: db.executescript(sys.argv[2])' "$INTOTO_STORE" "$1"
}
export INTOTO_STORE=$PWD/store

# --- reaching it -----------------------------------------------------------------------------------------
refuses 64 'http: say that this may be' 'http must be wanted' intoto store init --objects s3://plain/some/where
refuses 64 'is no name of a bucket' 'a name that is none' store init --objects s3://../x
refuses 64 'want s3://BUCKET' 'nor a place' store init --objects s3:plain
refuses 66 'NoSuchBucket' 'a bucket that is not there' store init --objects s3://not-there
refuses 65 'want AWS_ACCESS_KEY_ID' 'nobody is nobody' env -u AWS_ACCESS_KEY_ID HOME="$PWD" intoto store init --insecure-objects --objects s3://plain
refuses 65 'SignatureDoesNotMatch' 'a wrong secret' env AWS_SECRET_ACCESS_KEY=wrong-secret intoto store init --insecure-objects --objects s3://plain
ok '... is not shown' not grep -q wrong-secret <(AWS_SECRET_ACCESS_KEY=wrong-secret store init --objects s3://plain 2>&1)
refuses 69 '127.0.0.1' 'a server that is not there' env AWS_ENDPOINT_URL=http://127.0.0.1:1 intoto store init --insecure-objects --objects s3://plain
mkdir .aws && printf '[other]\naws_access_key_id = nobody\n[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' \
	"$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >.aws/credentials
prints 'intoto-store/' 'who we are may be in a file' env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY HOME="$PWD" intoto store init --insecure-objects --objects s3://plain/some/where
refuses 65 'has no aws_access_key_id' 'by its profile' env -u AWS_ACCESS_KEY_ID AWS_PROFILE=other HOME="$PWD" intoto store search --insecure-objects

# --- documents ---------------------------------------------------------------------------------------------
mkdir many && for number in $(seq 40); do echo "document $number" >"many/$number"; done
: >empty
head -c 30000000 /dev/urandom >large
ok 'documents are put' store put -q many/* empty
ok 'a large one, in little memory' prlimit --as=700000000 intoto store put -q --insecure-objects large
s3_request GET /plain/some/where/"$(key_of large)" -o got
ok 'another client finds it there' cmp got large
ok 'it comes back' sh -c 'intoto store get --insecure-objects "$1" | cmp - large' - "$(id_of large)"
ok 'so does nothing at all' sh -c 'intoto store get --insecure-objects "$1" | cmp - empty' - "$(id_of empty)"
prints 'whole: 42 leaves, 42 entries, 42 objects' 'all of it is whole' store fsck
prints '  there  large' 'the same again is there already' store put large
s3_request DELETE /plain/some/where/"$(key_of many/3)"
printf 'other' >other && s3_put() { curl -sS -T other -H "x-amz-content-sha256: $(sha256sum other | cut -c -64)" \
	--aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL$1"; }
s3_put /plain/some/where/"$(key_of many/4)"
refuses 1 "$(id_of many/3): its bytes are gone" 'an object that somebody removed is missed' store fsck
refuses 1 "$(id_of many/4): its bytes are not those that were put" 'and one that somebody changed' store fsck
refuses 1 'has other bytes than its name says' 'it is not given out' store get "$(id_of many/4)"
s3_put /plain/some/where/stranger
ok 'what is not ours is passed over' not grep -q orphan <(store fsck)
store retention --by alice --class default=10d
python3 "$INTOTO_SOURCE/tests/store/age.py" store 20
sql 'UPDATE entry SET put = put + 86400 * 20 WHERE number < 10'
prints 'removed: 32 entries, 31 objects' 'what is due goes' store gc --by alice --reason 'its time is over'
is "$(s3_request GET '/plain?list-type=2&prefix=some%2Fwhere%2F' | grep -o '<Key>' | wc -l)" 11 'there, too, and the stranger is left alone'

# --- locks ---------------------------------------------------------------------------------------------------
export INTOTO_STORE=$PWD/locked
store init --objects s3://locked >/dev/null
soon=$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ) later=$(date -u -d '+2 days' +%Y-%m-%dT%H:%M:%SZ)
ok 'a document is put and locked' store put -q --lock-until "$soon" many/1
ok 'one is held' store put -q many/2
intoto store hold add --insecure-objects --name case --by legal --reason why "$(id_of many/2)"
version() { s3_request GET "/locked?prefix=$(key_of "$1" | sed 's|/|%2F|')&versions=" | sed -n 's|.*<VersionId>\([^<]*\)</VersionId>.*|\1|p'; }
retention() { s3_request GET "/locked/$(key_of "$1")?retention="; }
prints "<Mode>COMPLIANCE</Mode>" 'the server has the lock' retention many/1
prints "$(echo "$soon" | cut -c -17)" 'until then' retention many/1
prints '<Status>ON</Status>' 'and the hold' s3_request GET "/locked/$(key_of many/2)?legal-hold="
prints 'AccessDenied' 'which no other client removes' s3_request DELETE "/locked/$(key_of many/1)?versionId=$(version many/1)"
prints AccessDenied 'nor what is held' s3_request DELETE "/locked/$(key_of many/2)?versionId=$(version many/2)"
ok 'a lock is lengthened' store retention --by alice --lock-until "$later" "$(id_of many/1)"
prints "$(echo "$later" | cut -c -17)" 'there, too' retention many/1
# An operator who cheats the index.
sql "UPDATE entry SET put = put - 86400 * 20, lock_until = 0; DELETE FROM hold"
store retention --by alice --class default=1d
refuses 1 'removed: 0 entries, 0 objects (0 bytes), 2 entries stay' 'an index that was cheated does not help' \
	store gc --by mallory --reason 'to hide it'
sql 'DELETE FROM entry'
prints 'removed: 0 entries, 0 objects (0 bytes), 2 objects stay that their service has locked' 'nor one that forgot them' \
	store gc --by mallory --reason 'to hide it'
ok 'the bytes are still there' sh -c 'curl -sS -H "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL/locked/$1" | cmp - many/1' - "$(key_of many/1)"
INTOTO_STORE=$PWD/store
refuses 65 'was made without object lock' 'a bucket that cannot lock says so' store put --lock-until "$soon" many/5
is "$(store search --format=json | jq -r .name | grep -c '^5$')" 0 'and nothing is said to be put'

# --- killed ----------------------------------------------------------------------------------------------------
killed() {
	local round

	for round in $(seq 8); do
		for number in $(seq 8); do echo "round $round document $number" >"many/$number"; done
		store put many/[1-8] >>said 2>/dev/null &
		sleep "0.$((RANDOM % 10))"
		kill -KILL $! 2>/dev/null
		wait $! 2>/dev/null
	done
	echo last >last && store put last >>said || return 1
	store search --format=json --limit 1000 | jq -r .id | sort >there
	cut -d' ' -f1 said | sort -u >acknowledged
	[ -z "$(comm -23 acknowledged there)" ] || return 1
	not grep -E 'object.missing|"log\.' <(store fsck --format=json | grep -v "$(id_of many/3)\|$(id_of many/4)")
}
sql 'DELETE FROM entry WHERE 0'
rm -rf store && INTOTO_STORE=$PWD/killed && store init --objects s3://plain/killed >/dev/null
ok 'a put that is killed loses nothing that was acknowledged, and leaves no row without an object' killed
s3_stop
refuses 69 '127.0.0.1' 'a server that is gone is said to be' store put many/20
done_testing
