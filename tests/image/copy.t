#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copies of images with everything that hangs on them: whole, byte for byte, or not at all.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"

image_make app one 'first file' && image_make app two 'second file' && image_index app both one two
both=$image_digest one=$(image_digest app one) two=$(image_digest app two)
attach app both referrers sig=alice att=built
sig_tag=${both/:/-}.sig att_tag=${both/:/-}.att
attach app one sig=bob
one_sig=${attached[sig]} one_tag=${one/:/-}.sig
attach app both sig=alice att=built

registry_start --strict
strict=$registry
repository=app
all=("$both" "$one" "$two" "${attached[sbom]}" "${attached[signed-sbom]}" "${attached[note]}" "${attached[sig]}"
	"${attached[att]}" "$one_sig" "$sig_tag" "$att_tag" "$one_tag" both)
# is_all_there SENTENCE: every manifest and tag of the image is in the last registry
is_all_there() {
	local name missing=

	for name in "${all[@]}"; do [ "$(manifest_status "$name")" = 200 ] || missing+="$name "; done
	is "$missing" '' "$1"
}

# --- whole ---
ok 'copies an index with all that hangs on it' image copy oci-layout:app:both "$registry/app:both"
ok 'and says what' grep -q '3 manifests of the image, 3 manifests of signatures, 1 of attestations, 1 of an SBOM, 1 other' "$tap_out"
is_all_there 'all of it is there, what hangs on the children and on what hangs, too'
is "$(referrers_of "$both")" "$(printf '%s\n' "${attached[sbom]}" "${attached[note]}" | sort | xargs)" 'referrers are found'
is "$(referrers_of "${attached[sbom]}")" "${attached[signed-sbom]}" 'and referrers of referrers'
put=$(registry_requests PUT)
ok 'copies it again' image copy oci-layout:app:both "$registry/app:both"
ok 'and sends no blob that is there' grep -q ' 0 of [0-9]* blobs sent' "$tap_out"
ok 'and does not move the tag' test "$(grep -c '"PUT /v2/app/manifests/both ' "$registry_log")" -eq 1
ok 'copies between repositories' image copy "$registry/app:both" "$registry/mirror/app:both"
ok 'by mounting' grep -q ' 0 of [0-9]* blobs sent' "$tap_out"
repository=mirror/app
is_all_there 'and all of it is there'
ok 'copies to a folder' image copy "$registry/mirror/app:both" oci-layout:back:both
for digest in "${all[@]:0:9}"; do cmp "app/blobs/sha256/${digest#*:}" "back/blobs/sha256/${digest#*:}"; done >differ 2>&1
is "$(cat differ)" '' 'in which every manifest has the same bytes'
ok 'the folder holds the image and its tags' image_digest back both

ok 'a registry without the referrers API starts' registry_start
repository=app
ok 'copies there' image copy "$strict/app:both" "$registry/app:both"
is_all_there 'all of it'
is "$(curl -sf -H 'Accept: application/vnd.oci.image.index.v1+json' "http://$registry/v2/app/manifests/${both/:/-}" |
	jq -r '.manifests[].digest' | sort | xargs)" "$(printf '%s\n' "${attached[sbom]}" "${attached[note]}" | sort | xargs)" \
	'referrers are found by the tag that stands for them'
ok 'and back into a folder' image copy "$registry/app:both" oci-layout:again:both
is "$(ls back/blobs/sha256)" "$(ls again/blobs/sha256)" 'with the same blobs'
docker=$registry

# --- folders of any name ---
mkdir odd
for folder in 'odd/at@2026/app' 'odd/a:b@c/app'; do
	ok "copies to a folder called $folder" image copy oci-layout:app:one "oci-layout:$folder:1"
	is "$(image_digest "$folder" 1)" "$one" '… which is there'
	is "$(image digest "oci-layout:$folder:1" | cut -d' ' -f1)" "$one" '… by its tag'
	is "$(image digest "oci-layout:$folder@$one" | cut -d' ' -f1)" "$one" '… and by its digest'
done
mkdir odd/tar@x:y
ok 'copies to an archive in one' image copy oci-layout:app:one oci-archive:odd/tar@x:y/app.tar:1
is "$(image digest oci-archive:odd/tar@x:y/app.tar:1 | cut -d' ' -f1)" "$one" '… which has it'
is "$(ls -A odd/tar@x:y)" app.tar '… and leaves nothing beside it'
ok 'a slash ends a name that could be a tag' image copy oci-layout:app:one 'oci-layout:odd/x:y/:1'
is "$(image_digest odd/x:y 1)" "$one" '… and it is the folder of that name'
refuses 64 "want sha256:HEX behind '@'" 'what stands behind the last name is a digest' image digest 'oci-layout:odd/x@y'

# --- parts ---
ok 'copies the image alone' image copy --no-attached oci-layout:app:both "$registry/alone:both"
repository=alone
is "$(manifest_status both) $(manifest_status "$sig_tag")" '200 404' 'and nothing that hangs on it'
refuses 66 'the image itself must be there first' 'refuses to copy signatures to where the image is not' \
	image copy --only signatures oci-layout:app:both "$registry/nothing:both"
ok 'copies signatures to where it is' image copy --only signatures oci-layout:app:both "$registry/alone:both"
is "$(manifest_status "$sig_tag") $(manifest_status "$one_tag") $(manifest_status "$att_tag")" '200 200 404' 'and only them'
ok 'copies one platform of an index into a folder' image copy --platform linux/arm64 oci-layout:app:both oci-layout:sparse:both
is "$(ls "sparse/blobs/sha256/${one#*:}" "sparse/blobs/sha256/${two#*:}" 2>/dev/null)" "sparse/blobs/sha256/${two#*:}" \
	'and not the other'
refuses 66 'has no image for linux/sparc' 'refuses a platform that is not there' \
	image copy --platform linux/sparc oci-layout:app:both oci-layout:none:both
refuses 64 'is no index' 'refuses a platform of an image' image copy --platform linux/amd64 oci-layout:app:one oci-layout:none:both
refuses 64 'wants image or signatures' 'refuses to copy only what there is none of' \
	image copy --only moons oci-layout:app:both oci-layout:none:both
refuses 64 'not both' 'refuses two wishes' image copy --only image --no-attached oci-layout:app:both oci-layout:none:both
refuses 64 'want a number from 1 to 24' 'refuses no depth' image copy --depth 0 oci-layout:app:both oci-layout:none:both
refuses 65 'more hangs on it than is followed' 'refuses to leave out what is deeper' \
	image copy --depth 1 oci-layout:app:both oci-layout:none:both
refuses 64 'want that digest' 'refuses a destination with another digest' \
	image copy oci-layout:app:both "oci-layout:none@$one"
refuses 66 'no image with the tag' 'refuses an image that is not there' image copy oci-layout:app:three oci-layout:none:three
refuses 64 'want a source and a destination' 'wants two' image copy oci-layout:app:both
refuses 64 "unexpected 'more'" 'and no third' image copy oci-layout:app:both oci-layout:none:both more

# --- nothing is lost at the destination ---
cp -r app local && attach local both sig=alice sig=carol
ok 'signatures of another are there' image copy oci-layout:local:both "$registry/theirs:both"
repository=theirs
ok 'a copy with fewer' image copy oci-layout:app:both "$registry/theirs:both"
ok 'leaves them' grep -q 'has more at the destination, and stays' "$tap_out"
cp -r app ours && attach ours both sig=alice sig=dave
refuses 1 'a copy would lose them' 'refuses to lose signatures that the destination alone has' \
	image copy oci-layout:ours:both "$registry/theirs:both"
ok 'adds to them when it is asked' image copy --merge oci-layout:ours:both "$registry/theirs:both"
is "$(curl -sf -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/theirs/manifests/$sig_tag" |
	jq -r '.layers[].annotations[]' | sort | xargs)" 'alice carol dave' 'and all are there'

# --- never half ---
registry=$strict
registry_root=$registry_work/1/root registry_log=$registry_work/1/log
broken() {
	cp -r app "$1" && rm "$1/blobs/sha256/${2#*:}"
}
# nothing_new REPOSITORY SENTENCE: no tag of that repository
nothing_new() {
	is "$(curl -s "http://$registry/v2/$1/tags/list" | jq -r '.tags // [] | join(" ")')" '' "$2"
}
broken childless "$two"
refuses 66 "the index names $two" 'refuses an index whose child is missing' image copy oci-layout:childless:both "$registry/f1:both"
nothing_new f1 'and nothing has a name'
ok 'but its other child goes' image copy --platform linux/amd64 oci-layout:childless:both oci-layout:f1:both
broken blobless "$(jq -r '.layers[0].digest' "app/blobs/sha256/${two#*:}")"
refuses 66 'No such file' 'refuses an image whose layer is missing' image copy oci-layout:blobless:both "$registry/f2:both"
nothing_new f2 'and nothing has a name'
note_blob=$(jq -r '.layers[0].digest' "app/blobs/sha256/${attached[note]#*:}")
cp -r app flipped && printf 'b' | dd of="flipped/blobs/sha256/${note_blob#*:}" conv=notrunc 2>/dev/null
refuses 1 "want $note_blob, found" 'refuses an attached blob that has other bytes' image copy oci-layout:flipped:both "$registry/f3:both"
nothing_new f3 'and nothing has a name'
registry_fault "status 404 code=MANIFEST_UNKNOWN method=GET path=/app/manifests/${attached[note]}"
refuses 66 "${attached[note]}" 'refuses when an attached one cannot be read' image copy "$registry/app:both" "$registry/f4:both"
nothing_new f4 'and nothing has a name'
refuses 66 "${attached[note]}" 'also when another one may be missing' \
	image copy --allow-missing "${attached[sbom]}" "$registry/app:both" "$registry/f4:both"
ok 'goes on without it when it is named' image copy --allow-missing "${attached[note]}" "$registry/app:both" "$registry/f4:both"
ok 'and says so' grep -q "left out, as allowed: ${attached[note]}" "$tap_out"
registry_fault "status 503 method=GET path=/app/referrers/"
refuses 69 503 'could not find out is an answer of its own' image copy "$registry/app:both" "$registry/f5:both"
refuses 69 503 'which no name allows' image copy --allow-missing "$both" "$registry/app:both" "$registry/f5:both"
nothing_new f5 'and nothing has a name'
registry_fault "flip method=GET path=/app/manifests/$one"
refuses 1 "$one" 'refuses a manifest with other bytes' image copy "$registry/app:both" oci-layout:f6:both
ok 'and the folder has no tag' not image_digest f6 both
registry_fault

# A cut in every phase; what is there after it has no name, and the next run finishes.
head -c 3000000 /dev/urandom >random
image_make app large "$(base64 <random)"
attach app large sig=alice referrers
cut_in() {
	local name=$1 fault=$2 want

	repository=$name
	registry_fault "$fault"
	refuses 69 "$registry" "a copy is cut in its $name" image copy oci-layout:app:large "$registry/$name:large"
	registry_fault
	is "$(manifest_status large)" 404 'and the image has no name'
	ok 'the next one finishes' image copy oci-layout:app:large "$registry/$name:large"
	want=$(image_digest app large)
	is "$(curl -sI -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/$name/manifests/large" |
		tr -d '\r' | sed -n 's/^Docker-Content-Digest: //ip')" "$want" 'with the digest that it had'
}
cut_in blobs 'hangup method=PUT path=/blobs/'
cut_in image "hangup method=PUT path=/image/manifests/$(image_digest app large)"
ok 'without what was sent before' grep -q ' 0 of [0-9]* blobs sent' "$tap_out" || :
cut_in attached "hangup method=PUT path=/attached/manifests/${attached[signed-sbom]}"
cut_in signatures "hangup method=PUT path=/signatures/manifests/sha256-"
cut_in tag "hangup method=PUT path=/tag/manifests/large"

# A source that cuts is resumed.
registry_fault 'cut 100000 times=1 method=GET path=/tag/blobs/'
ok 'a source that is cut is read on' image copy "$registry/tag:large" oci-layout:read:large
registry_fault
done_testing
