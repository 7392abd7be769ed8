#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store whose objects are in a registry: docker-registry, and for what that never does, one of ours.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
echo '{}' >auth.json
hex_of() { sha256sum "$1" | cut -c -64; }
# store COMMAND...: of one whose objects are reached by http
auth_file=$PWD/auth.json # the registry takes the variable for a setting of its own
store() { REGISTRY_AUTH_FILE=$auth_file intoto store "$1" --insecure-objects "${@:2}"; }
faults() { store fsck --format=json | jq -r 'select(.finding != null) | .finding' | sort | uniq -c | xargs; }
manifest_of() { curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/evidence/manifests/object-$(hex_of "$1")"; }
status() { curl -s -o answer -w '%{http_code}' "$@"; }

# --- making one --------------------------------------------------------------------------------------------
registry_start || exit
place=oci:$registry/evidence
refuses 64 'without a tag' 'objects are in a repository, not behind a tag' store init --objects "$place:1"
refuses 64 'without user, tag and digest' 'names and passwords do not belong there' store init --objects "oci:me:geheim@$registry/evidence"
ok 'and are not said again' not grep -q geheim <(store init --objects "oci:me:geheim@$registry/evidence" 2>&1)
refuses 65 "oci:$registry/UPPER" 'the repository has a proper name' store init --objects "oci:$registry/UPPER"
refuses 69 '--insecure-objects' 'http only when it is said' intoto store init --objects "$place"
ok 'none of which made a store' not test -s store/index.sqlite
ok 'a store is made' store init --objects "$place" --log-name example.org/log
ok 'without documents of its own' not test -e store/objects
is "$(store search)" '' 'nothing is in it'
prints '0 objects' 'which is whole' store fsck

# --- putting and getting -------------------------------------------------------------------------------------
: >empty && printf '{}' >braces && echo hello >app && mkdir many && for i in $(seq 20); do echo "$i" >many/$i; done
prints 'put  app' 'documents are put' store put empty braces app
prints 'there  app' 'the same again is there already' store put app
for file in empty braces app; do
	ok "$file comes back" sh -c 'intoto store get --insecure-objects "$1" | cmp - "$2"' - "$(hex_of $file)" $file
done
is "$(manifest_of app | jq -r '[.layers[].digest] | join(" ")')" "sha256:$(hex_of app)" 'other programs find it by its tag'
is "$(curl -s "http://$registry/v2/evidence/blobs/sha256:$(hex_of app)")" hello 'as a blob like any other'
ok 'twenty are put at once' store put -q many/*
is "$(curl -s "http://$registry/v2/evidence/tags/list" | jq '.tags | length')" 23 'each has a tag'
prints '23 objects' 'all are there' store fsck
before=$(registry_requests PUT)
ok 'again' store put -q many/*
is "$(registry_requests PUT)" "$before" 'what is there already is not sent again'
refuses 66 'there is no such entry' 'what nobody put' store get sha256:0123456789

# --- the registry's own collection takes nothing of it ----------------------------------------------------------
collect() {
	registry_stop && docker-registry garbage-collect --delete-untagged "$registry_folder/config.yml" >collected 2>&1 && registry_again
}
ok 'the registry sweeps' collect
prints '23 objects' 'and all is still there' store fsck

# --- what is wrong behind our back ------------------------------------------------------------------------------
data=$registry_root/docker/registry/v2/blobs/sha256/$(hex_of app | cut -c -2)/$(hex_of app)/data
cp "$data" kept && echo HELLO >"$data"
refuses 1 'other bytes' 'an object that was changed is not given out' store get "$(hex_of app)"
refuses 1 'object.changed' 'and fsck names it' store fsck
cp kept "$data"
prints '0 faults' 'until it is as it was' store fsck
curl -s -X DELETE "http://$registry/v2/evidence/blobs/sha256:$(hex_of app)"
refuses 66 'such blob' 'one whose bytes were taken out' store get "$(hex_of app)"
refuses 1 'object.missing' 'is missed' store fsck
prints 'there  app' 'a put brings it back' store put app
prints '0 faults' 'whole again' store fsck
manifest_of braces >other.json
is "$(status -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @other.json \
	"http://$registry/v2/evidence/manifests/object-$(hex_of app)")" 201 'a tag is set to something else'
refuses 1 'stands for something else' 'which is seen' store get "$(hex_of app)"
ok 'a put sets it right' store put -q app
is "$(store get "$(hex_of app)")" hello 'and it comes back'

# --- removing -----------------------------------------------------------------------------------------------------
age() { python3 "$INTOTO_SOURCE/tests/store/age.py" "$INTOTO_STORE" 30; }
gc() { store gc --by alice --reason 'its time is over'; }
store retention --by alice --class short=10d && store retention --by alice --set short "$(hex_of app)" "$(hex_of braces)" && age
registry_stop && REGISTRY_STORAGE_DELETE_ENABLED=false registry_again
refuses 65 'the registry does not do that (405' 'a registry that deletes nothing says so' gc
registry_stop && registry_again
prints 'removed: 0 entries, 2 objects (8 bytes)' 'the next gc takes what was left' gc
is "$(status "http://$registry/v2/evidence/manifests/object-$(hex_of app)")" 404 'the tag is gone'
is "$(status "http://$registry/v2/evidence/blobs/sha256:$(hex_of app)")" 404 'and so are the bytes'
prints '21 objects' 'the others are there' store fsck
prints 'put  braces' 'what was removed may come again' store put braces app

# --- who may ---------------------------------------------------------------------------------------------------------
open=$registry
registry_start --htpasswd || exit
auth() { jq -cn --arg host "$registry" --arg auth "$(printf %s "$1" | base64)" '{auths: {($host): {$auth}}}' >auth.json; }
secret="oci:$registry/evidence"
refuses 69 'none is known' 'a stranger makes no store' store init --store other --objects "$secret"
auth writer:falsch
refuses 69 '(401' 'nor does a wrong password' store init --store other --objects "$secret"
ok 'which is not shown' not grep -q 'falsch\|d3JpdGVy' <(store init --store other --objects "$secret" 2>&1)
auth writer:secret
ok 'the right one does' store init --store other --objects "$secret"
prints 'put  app' 'and puts' store put --store other app many/1 many/2
auth writer:falsch
refuses 69 '(401' 'nobody else gets anything' store get --store other 0
echo '{}' >auth.json
registry=$open

# --- a registry that lies, and one that is slow ----------------------------------------------------------------------------
registry_start --strict -- --page 7 || exit
ok 'another registry' store init --store strict --objects "oci:$registry/evidence"
strict() { store "$1" --store strict "${@:2}"; }
ok 'takes them, too' strict put -q app many/1? empty
prints '12 objects' 'and gives them back' strict fsck
registry_fault 'flip method=GET path=/blobs/'
refuses 1 'sent other bytes' 'bytes that it changed' strict get "$(hex_of app)"
registry_fault 'longer 3 method=GET path=/blobs/'
refuses 1 'announces' 'more than there were' strict get "$(hex_of app)"
registry_fault "body {\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"layers\":[]} method=GET path=/manifests/"
refuses 1 '' 'a manifest of its own' strict get "$(hex_of app)"
registry_fault 'status 403 method=PUT path=/manifests/'
refuses 69 '(403' 'one that takes bytes, but no tag, has not taken it' strict put many/5
registry_fault
is "$(strict log | sed -n 2p)" 12 'nor has the index'
registry_fault 'hangup method=PUT path=/blobs/ times=3'
ok 'cut connections are made again' strict put -q many/5 many/6 many/7 many/8
registry_fault
prints '16 objects' 'and nothing is lost' strict fsck
strict retention --by alice --class short=10d && strict retention --by alice --set short "$(hex_of app)" && INTOTO_STORE=strict age
prints 'removed: 1 entries, 1 objects (6 bytes)' 'gc finds its way through pages' strict gc --by alice --reason why
registry_stop
refuses 69 "$registry" 'a registry that went away is named' strict get "$(hex_of empty)"

done_testing
