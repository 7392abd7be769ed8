#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What hangs on an image, drawn; and saved, loaded and taken off again.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"

image_make app one 'first file' && image_make app two 'second file' && image_index app both one two
both=$image_digest one=$(image_digest app one) two=$(image_digest app two)
attach app one sig=bob
attach app both referrers sig=alice att=built
tag=${both/:/-}

# --- drawn ---
ok 'draws what hangs on an index' image tree oci-layout:app:both
# What hangs side by side is sorted by digest, which differs from run to run.
is "$(sed 's/sha256[:-][0-9a-f]*/D/g; s/, [0-9.]* [KMG]*i*B/, N/; s/cannot be read: [^)]*)/cannot be read)/' "$tap_out" |
	awk '/^[|] .*notary/ || /- sbom/ { late = late $0 "\n"; next } { print } END { printf "%s", late }')" 'oci-layout:app:both
index D application/vnd.oci.image.index.v1+json, N
|- linux/amd64 D application/vnd.oci.image.manifest.v1+json, N
|  `- D.sig D application/vnd.oci.image.manifest.v1+json, N
|     `- signature D application/vnd.dev.cosign.simplesigning.v1+json, N (cannot be read)
|- linux/arm64 D application/vnd.oci.image.manifest.v1+json, N
|- referrer D text/x-note, N
|- D.sig D application/vnd.oci.image.manifest.v1+json, N
|  `- signature D application/vnd.dev.cosign.simplesigning.v1+json, N (cannot be read)
`- D.att D application/vnd.oci.image.manifest.v1+json, N
   `- attestation built D application/vnd.dsse.envelope.v1+json, N (cannot be read)
|- sbom D application/spdx+json, N
|  `- signature D application/vnd.cncf.notary.signature, N' 'as a tree' ||
	:
ok 'a terminal that has UTF-8 gets lines' script -qec "LC_ALL=C.UTF-8 $image_program tree oci-layout:app:both" boxes </dev/null
ok 'drawn with box characters' grep -q '├─ linux/amd64 sha256:' boxes
ok 'unless it is told otherwise' script -qec "LC_ALL=C.UTF-8 $image_program tree --ascii oci-layout:app:both" boxes </dev/null
ok 'then without' grep -q '|- linux/amd64 sha256:' boxes
ok 'another terminal gets ASCII' script -qec "LC_ALL=C $image_program tree oci-layout:app:both" boxes </dev/null
ok 'too' grep -q '|- linux/amd64 sha256:' boxes
ok 'writes JSON' image tree --format=json oci-layout:app:both
is "$(jq -r '[.. | objects | select(.kind) | .kind] | sort | join(" ")' "$tap_out")" \
	'attestation image image image referrer sbom signature signature signature' 'with everything in it'
is "$(jq -r '.attached[] | select(.kind == "sbom") | .attached[0].digest' "$tap_out")" "${attached[signed-sbom]}" 'each where it hangs'
ok 'draws one platform' image tree --platform linux/arm64 oci-layout:app:both
ok 'and not the other' not grep -q linux/amd64 "$tap_out"
ok 'says where there is more' not image tree --depth 1 oci-layout:app:both
ok 'in the line of it' grep -q 'not all is known: .*more hangs on it' "$tap_out"
python3 - app "$one" <<'PY'
import hashlib, json, sys
folder, digest = sys.argv[1:]
kind = "text/x\x1b[31m\u202eevil\n"
layer = b"x"
open(f"{folder}/blobs/sha256/" + hashlib.sha256(layer).hexdigest(), "wb").write(layer)
empty = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest(), "size": 2}
subject = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 1}
data = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": kind, "config": empty,
    "layers": [{"mediaType": kind, "digest": "sha256:" + hashlib.sha256(layer).hexdigest(), "size": 1}], "subject": subject}).encode()
open(f"{folder}/blobs/sha256/" + hashlib.sha256(data).hexdigest(), "wb").write(data)
PY
ok 'draws what a stranger hung on it' image tree oci-layout:app:one
cp "$tap_out" said
ok 'with his words made harmless' grep -qF 'text/x\u{1b}[31m\u{202e}evil\n' said
ok 'and no control character' not grep -qP '\x1b' said
refuses 66 'no image with the tag' 'refuses an image that is not there' image tree oci-layout:app:three
refuses 64 'want an image' 'wants an image' image tree
refuses 64 "unexpected 'more'" 'and one only' image tree oci-layout:app:one more

# --- saved and loaded ---
ok 'saves an image into a folder' image save oci-layout:app:both saved
is "$(jq -r --arg digest "$both" '.manifests[] | select(.digest == $digest).annotations.kind' saved/index.json)" \
	dev.cosignproject.cosign/imageIndex 'that says what the image is, as cosign save does'
is "$(jq -r --arg tag "$tag.sig" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $tag).annotations.kind' saved/index.json)" \
	dev.cosignproject.cosign/sigs 'and where the signatures are'
ok 'saves it there again' image save oci-layout:app:both saved
refuses 1 'another image was saved there' 'refuses to save a second image into it' image save oci-layout:app:one saved
is "$(jq -r '[.manifests[].annotations.kind | select(. == "dev.cosignproject.cosign/image")] | length' saved/index.json)" 0 'which is not in it then'
refuses 64 "cannot be told from a tag" 'refuses a path with a colon' image save oci-layout:app:both a:b
ok 'a registry starts' registry_start
repository=loaded
ok 'loads it' image load saved "$registry/loaded:1"
is "$(manifest_status 1) $(manifest_status "$tag.sig") $(manifest_status "$tag.att") $(manifest_status "$tag")" '200 200 200 200' \
	'with all that hung on it'
# As cosign save leaves it: entries without names, referrers in the blobs only.
jq -c '.manifests |= map(select(.annotations.kind) | del(.annotations["org.opencontainers.image.ref.name"]))' saved/index.json >index &&
	cp index saved/index.json
repository=cosign
ok 'loads what cosign save leaves' image load saved "$registry/cosign:1"
is "$(manifest_status 1) $(manifest_status "$tag.sig") $(manifest_status "$tag.att") $(manifest_status "$tag")" '200 200 200 200' \
	'with all that hung on it'
refuses 66 'no such folder or file' 'refuses what is not there' image load nowhere "$registry/loaded:2"

# --- one file ---
ok 'saves into a tar file' image save oci-layout:app:both first.tar
ok 'and into another' image save oci-layout:app:both second.tar
ok 'which is the same' cmp first.tar second.tar
is "$(find . -maxdepth 1 -name '.intoto-*')" '' 'nothing else is left'
repository=tar
ok 'loads it' image load first.tar "$registry/tar:1"
is "$(manifest_status 1) $(manifest_status "$tag.sig") $(manifest_status "$tag.att") $(manifest_status "$tag")" '200 200 200 200' \
	'with all that hung on it'
ok 'skopeo reads it' skopeo inspect --raw oci-archive:first.tar:both
head -c 20000 first.tar >short.tar
refuses 65 short.tar 'refuses a tar file that ends too early' image tree oci-archive:short.tar
seq 20000 >numbers
refuses 65 numbers 'refuses what is no tar file' image tree oci-archive:numbers
gzip -k first.tar
refuses 65 first.tar.gz 'refuses one that is compressed' image tree oci-archive:first.tar.gz
python3 - <<'PY'
import io, tarfile
with tarfile.open("first.tar") as old, tarfile.open("hostile.tar", "w") as new:
    for one in old:
        new.addfile(one, old.extractfile(one))
    for name in ("../escaped", "/tmp/intoto-escaped", "blobs/sha256/../../../escaped", "blobs/sha256/short"):
        member = tarfile.TarInfo(name)
        member.size = 1
        new.addfile(member, io.BytesIO(b"x"))
    for name, target in (("blobs/sha256/" + "a" * 64, "/etc/passwd"), ("oci-layout", "/etc/passwd")):
        member = tarfile.TarInfo(name)
        member.type, member.linkname = tarfile.SYMTYPE, target
        new.addfile(member)
PY
ok 'members with other names are passed over' env TMPDIR="$PWD" "$image_program" tree oci-archive:hostile.tar
is "$(find . .. -maxdepth 1 -name escaped; ls -d /tmp/intoto-escaped intoto-?????? 2>/dev/null)" '' 'and are nowhere'
tar -cf sparse0.tar numbers
truncate -s 1G sparse && tar --sparse -cf sparse.tar sparse
refuses 65 sparse 'refuses a sparse member' image tree oci-archive:sparse.tar
refuses 66 nowhere.tar 'refuses a file that is not there' image tree oci-archive:nowhere.tar

# --- what docker save writes ---
skopeo --insecure-policy copy -q oci:app:one docker-archive:docker.tar:example/app:1 >/dev/null 2>&1
ok 'reads what docker save writes' image copy docker-archive:docker.tar:example/app:1 "$registry/docker:1"
ok 'skopeo takes the image that it becomes' skopeo --insecure-policy copy -q --src-tls-verify=false "docker://$registry/docker:1" oci:docker:1
is "$(jq -r .config.digest "docker/blobs/sha256/$(image_digest docker 1 | cut -d: -f2)")" \
	"$(jq -r .config.digest "app/blobs/sha256/${one#*:}")" 'with the configuration that it had'
ok 'the only image needs no name' image tree docker-archive:docker.tar
refuses 66 'there is no such image' 'refuses a name that is not there' image tree docker-archive:docker.tar:example/app:2
refuses 65 'can be read only' 'refuses to write there' image copy oci-layout:app:one docker-archive:new.tar
refuses 65 'there is no manifest.json' 'refuses another tar file' image tree docker-archive:sparse0.tar
done_testing
