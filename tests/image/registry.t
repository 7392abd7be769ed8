#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The client of registries against docker-registry, which has no referrers API.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/client.sh"

registry_start
other=sha256:$(printf other | sha256sum | cut -c -64)
blob big 3000000
blob small 1

# --- blobs ---
is "$(client "$registry/app" has "$big")" no 'a blob is not there at first'
ok 'a blob is put' client "$registry/app" push "$big" big
is "$(client "$registry/app" has "$big")" yes 'and is there'
ok 'it is got' got "$registry/app" "$big" big
before=$(registry_requests)
ok 'it can be put again' client "$registry/app" push "$big" big
is $(($(registry_requests) - before)) 1 'which sends nothing'
ok 'a blob is mounted from another repository' client --mount app "$registry/beside" push "$big" big
is "$(client "$registry/beside" has "$big")" yes 'and is there'
is "$(registry_requests PUT)" 1 'without being sent'
ok 'a blob that cannot be mounted is sent' client --mount nowhere "$registry/third" push "$big" big
is "$(client "$registry/third" has "$big")" yes 'and is there'
ok 'a blob is put in pieces' client --chunk 1000000 "$registry/chunks" push "$big" big
is "$(registry_requests PATCH)" 3 'as many as it takes'
ok 'and got as a whole' got "$registry/chunks" "$big" big
ok 'a blob of one byte is put in pieces' client --chunk 1000 "$registry/chunks" push "$small" small
ok 'and got' got "$registry/chunks" "$small" small
: >nothing
nothing=sha256:$(sha256sum <nothing | cut -c -64)
ok 'a blob of nothing is put' client "$registry/app" push "$nothing" nothing
ok 'and got' got "$registry/app" "$nothing" nothing
ok 'and in pieces' client --chunk 1000 "$registry/chunks" push "$nothing" nothing
refuses 1 'what is to be sent has the digest' 'refuses to put something else than was said' \
	client "$registry/app" push "$other" big
refuses 1 'but what is to be sent has' 'and in pieces' client --chunk 1000000 "$registry/app" push "$other" big
is "$(client "$registry/app" has "$other")" no 'and nothing is there'
refuses 66 "$registry/app: blob $other: there is no such blob (404 BLOB_UNKNOWN" 'says that a blob is not there' \
	client "$registry/app" blob "$other" 7
refuses 1 'want 2999999 bytes, but the registry announces 3000000' 'refuses a blob of another size' \
	client "$registry/app" blob "$big" 2999999
refuses 1 'want 3000001 bytes, but the registry announces 3000000' 'also of a smaller one' \
	client "$registry/app" blob "$big" 3000001

# --- connections that are cut ---
# cuts SENTENCE LINES CMD...: docker-registry is reached by connections that are cut so
cuts() {
	local sentence=$1 lines=$2
	shift 2

	registry_cut "$lines"
	ok "$sentence" "$@"
	is "$(wc -l <"$registry_folder/cuts")" 0 '... which was cut'
}
registry_cut ''
cuts 'a download that is cut goes on' $'down 1000000\ndown 500000' got "$registry_cut/app" "$big" big
cuts 'an upload that is cut begins again' 'up 1500000' client "$registry_cut/cut" push "$big" big
ok '... and the blob is there' got "$registry/cut" "$big" big
cuts 'so does one in pieces' $'up 1500000\nup 1700000' client --chunk 1000000 "$registry_cut/cut2" push "$big" big
ok '... and the blob is there' got "$registry/cut2" "$big" big
for way in up down; do
	for bytes in 40 400 800; do
		cuts "an upload whose connection ends after $bytes bytes $way" "$way $bytes" \
			client "$registry_cut/cut$way$bytes" push "$small" small
		is "$(client "$registry/cut$way$bytes" has "$small")" yes '... and the blob is there'
	done
done

# --- manifests ---
empty_blob "$registry/app"
referrer first "$other"
first=$digest
is "$(client "$registry/app" put first "$manifest_type" 1)" put 'a manifest is put under a tag'
is "$(client "$registry/app" resolve 1)" "$first $(wc -c <first) $manifest_type" 'the tag leads to it'
ok 'it is got by its tag' same first client "$registry/app" manifest 1
ok 'and by its digest' same first client "$registry/app" manifest "$first"
refuses 66 "$registry/app:2: there is no such manifest (404 MANIFEST_UNKNOWN" 'says that a tag is not there' \
	client "$registry/app" manifest 2
refuses 66 "$registry/app:2: there is no such manifest (404 MANIFEST_UNKNOWN" 'also when it is only looked for' \
	client "$registry/app" resolve 2
refuses 66 "$registry/app@$other: there is no such manifest" 'says that a digest is not there' \
	client "$registry/app" manifest "$other"
refuses 65 "want a tag or a digest, found 'a/b'" 'refuses what is neither' client "$registry/app" manifest a/b
printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"text/plain","size":7,"digest":"%s"},"layers":[]}' \
	"$manifest_type" "$other" >unblobbed
refuses 65 'the registry does not take it (400 MANIFEST_BLOB_UNKNOWN' 'says why a manifest was not taken' \
	client "$registry/app" put unblobbed "$manifest_type" 2
for tag in a b c d e; do client "$registry/app" put first "$manifest_type" $tag >/dev/null; done
is "$(client "$registry/app" tags | sort | xargs)" '1 a b c d e' 'all tags are listed'
refuses 66 "$registry/nowhere: tags: there is no such repository (404 NAME_UNKNOWN" 'says that a repository is not there' \
	client "$registry/nowhere" tags

# --- referrers, at the fallback tag ---
subject=$(client "$registry/app" resolve 1 | cut -d' ' -f1)
is "$(client "$registry/app" referrers "$subject")" '' 'nothing refers to it at first'
referrer one "$subject"
one=$digest
referrer two "$subject"
two=$digest
ok 'a manifest that refers to it is put' client "$registry/app" attach one
is "$(client "$registry/app" referrers "$subject")" "$one text/one $(wc -c <one)" 'it is found'
ok 'a second one is put' client "$registry/app" attach two
is "$(client "$registry/app" referrers "$subject" | cut -d' ' -f2 | xargs)" 'text/one text/two' 'both are found'
is "$(client --stop-after 1 "$registry/app" referrers "$subject" | wc -l)" 1 'who has seen enough is asked no more'
index() {
	client "$registry/app" manifest "sha256-${subject#sha256:}"
}
is "$(index | jq -c '.manifests[0] | [.artifactType, .annotations.name, .mediaType, .size]')" \
	"[\"text/one\",\"one\",\"$manifest_type\",$(wc -c <one)]" 'the list says what the specification wants'
was=$(index)
ok 'one that is there is put again' client "$registry/app" attach two
is "$(index)" "$was" 'which changes nothing'
# Others write other things there, which are theirs.
index | jq -c '.annotations = {theirs: "yes"} | .manifests[0].platform = {os: "linux", architecture: "arm"} |
	.manifests[0].theirs = [1, null]' >theirs
printf '%s' "$(cat theirs)" >theirs
client "$registry/app" put theirs "$index_type" "sha256-${subject#sha256:}" >/dev/null
referrer three "$subject"
three=$digest
ok 'a third one is put beside what others wrote' client "$registry/app" attach three
is "$(index | jq -c '[.annotations.theirs, .manifests[0].platform.architecture, .manifests[0].theirs, (.manifests | length)]')" \
	'["yes","arm",[1,null],3]' 'and what they wrote stays'
ok 'one is taken away' client "$registry/app" detach "$subject" "$one"
is "$(client "$registry/app" referrers "$subject" | cut -d' ' -f2 | xargs)" 'text/two text/three' 'the others are found'
refuses 66 'there is no such manifest' 'and it is gone' client "$registry/app" manifest "$one"
# Somebody deletes one without its entry: docker-registry refuses every index that still names it.
client "$registry/app" delete "$two"
is "$(client "$registry/app" referrers "$subject" | cut -d' ' -f2 | xargs)" 'text/two text/three' 'an entry may outlive its manifest'
client "$registry/app" attach one
is "$(client "$registry/app" referrers "$subject" | cut -d' ' -f2 | xargs)" 'text/three text/one' 'the next writer leaves it out'
ok 'the last can be taken away' client "$registry/app" detach "$subject" "$one"
ok 'and those after it' client "$registry/app" detach "$subject" "$three"
is "$(client "$registry/app" referrers "$subject")" '' 'then nothing refers to it'
refuses 65 'want a subject' 'refuses to attach what refers to nothing' client "$registry/app" attach unblobbed

# --- deleting ---
refuses 65 'the registry deletes by digest, not by tag' 'says that a tag cannot be deleted' client "$registry/app" delete a
ok 'a manifest is deleted' client "$registry/app" delete "$subject"
refuses 66 'there is no such manifest' 'and is gone' client "$registry/app" manifest "$subject"
refuses 66 'there is no such manifest' 'it cannot be deleted twice' client "$registry/app" delete "$subject"
ok 'a blob is deleted' client "$registry/app" drop "$big"
refuses 66 'there is no such blob' 'and is gone' client "$registry/app" drop "$big"

# --- with users and tokens ---
auth() {
	jq -cn --arg host "$1" --arg auth "$(printf %s "$2" | base64)" '{auths: {($host): {$auth}}}'
}
registry_start --tls --htpasswd
client_options=(--ca "$registry_ca" --seconds 5 --auth auth.json)
auth "$registry" writer:secret >auth.json
ok 'a user puts a blob by https' client "$registry/app" push "$big" big
ok 'and gets it' got "$registry/app" "$big" big
auth "$registry" writer:wrong >auth.json
refuses 69 'the registry does not let us in (401' 'a wrong password is "could not find out"' \
	client "$registry/app" has "$big"
ok 'and is not said to anybody' lacks "$tap_out" wrong
echo '{}' >auth.json
refuses 69 'the registry wants a user and none is known for it' 'so is none' client "$registry/app" has "$big"
client_options=(--seconds 1 --attempts 1)
refuses 69 "$registry" 'a certificate of an unknown authority is not taken' client "$registry/app" has "$big"
client_options=(--plain --seconds 1 --attempts 1)
ok 'http is not spoken to a registry of https' not client "$registry/app" has "$big"
registry_start
client_options=(--seconds 1 --attempts 1)
refuses 69 "$registry" 'http is never tried unasked' client "$registry/app" has "$big"
is "$(registry_requests)" 0 'not even once'

registry_start --tls --token
client_options=(--ca "$registry_ca" --seconds 5 --auth auth.json)
auth "$registry" writer:secret >auth.json
ok 'a user puts a blob with tokens' client "$registry/app" push "$big" big
ok 'and in pieces' client --chunk 1000000 "$registry/app" push "$small" small
puts=$(registry_requests PUT)
ok 'and mounts it, which takes a token for both' client --mount app "$registry/beside" push "$big" big
is "$(registry_requests PUT)" "$puts" 'without sending it'
ok 'and deletes it, which takes another' client "$registry/beside" drop "$big"
echo '{}' >auth.json
ok 'everybody may get it' got "$registry/app" "$big" big
refuses 69 'the registry does not let us in (401' 'but nobody else may put' client "$registry/app" push "$nothing" nothing
auth "$registry" reader:known >auth.json
refuses 69 'the registry does not let us in (401' 'nor who may only read' client "$registry/app" push "$nothing" nothing
auth "$registry" writer:wrong >auth.json
refuses 69 "$registry/app: blob $big" 'nor who gives a wrong password' client "$registry/app" has "$big"

done_testing
