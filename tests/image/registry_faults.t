#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A registry that lies, breaks and leads astray: what the client makes of it, one fault at a time.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/client.sh"

registry_start --strict -- --want-ranges
client_options=(--plain --attempts 1 --seconds 5)
app=$registry/app
blob big 3000000
blob small 100
subject=sha256:$(printf subject | sha256sum | cut -c -64)
client "$app" push "$big" big
client "$app" push "$small" small
empty_blob "$app"
referrer one "$subject"
one=$digest
client "$app" put one "$manifest_type" 1 >/dev/null

# wrong STATUS TEXT SENTENCE FAULT CMD...: with that fault the command is refused
wrong() {
	local status=$1 text=$2 sentence=$3 fault=$4
	shift 4

	registry_fault "$fault"
	refuses "$status" "$text" "$sentence" "$@"
}
# right SENTENCE FAULT CMD...: in spite of that fault the command works
right() {
	local sentence=$1 fault=$2
	shift 2

	registry_fault "$fault"
	ok "$sentence" "$@"
}
small_of() {
	client "$app" blob "$small" 100
}

# --- manifests that are not what they should be ---
wrong 1 "$app:1: the registry calls it $one, but it has the digest sha256:" 'a changed manifest is found out by the name it goes by' \
	'flip path=/manifests/' client "$app" manifest 1
wrong 1 "want $one, found sha256:" 'and by the name it was asked for' \
	"$(printf 'flip path=/manifests/\nheader Docker-Content-Digest=')" client "$app" manifest "$one"
wrong 1 "the registry calls it sha256:0" 'a wrong name for the right manifest is found out' \
	"header Docker-Content-Digest=sha256:0" client "$app" manifest 1
wrong 65 'mediaType' 'another media type than the manifest has is found out' \
	"header Content-Type=$index_type" client "$app" manifest 1
wrong 65 "$app:1" 'a page of a proxy is no manifest' \
	"$(printf 'header Content-Type=text/html\nheader Docker-Content-Digest=\nbody "<html>sign in</html>"')" client "$app" manifest 1
wrong 65 "$app:1" 'nor is half of one' "$(printf 'shorter 10 method=GET\nheader Docker-Content-Digest=')" client "$app" manifest 1
wrong 1 'with the Content-Encoding "gzip", which nobody asked for' 'a packed manifest is not unpacked' \
	'gzip path=/manifests/' client "$app" manifest 1
wrong 1 'with the Content-Encoding "gzip"' 'nor is a bomb' 'bomb path=/manifests/' client "$app" manifest 1
wrong 65 "$app:1" 'a manifest without an end is cut off' 'endless path=/manifests/' client "$app" manifest 1
wrong 65 "$app:1" 'also one that says how long it is' 'endless path=/manifests/ length=99999999999' client "$app" manifest 1
client_options+=(--stall 2)
began=$SECONDS
wrong 69 'too slow' 'a manifest that comes a byte a second is not waited for' 'slow 1 path=/manifests/' client "$app" manifest 1
ok '… for long' [ $((SECONDS - began)) -le 8 ]
client_options=(--plain --attempts 1 --seconds 5)
wrong 69 "$app:1" 'a manifest that is cut is not known' 'cut 20 path=/manifests/' client "$app" manifest 1
wrong 1 "the registry calls it" 'a digest that is only said is looked at' \
	"$(printf 'header Docker-Content-Digest=%s method=HEAD\nflip method=GET' "$subject")" client "$app" resolve "$one"
jq -c --arg digest "$small" 'del(.subject) | .layers = [range(10000) | {mediaType: "text/plain", size: 100, digest: $digest}]' one >many
curl -s -o many.out -X PUT -H "Content-Type: $manifest_type" --data-binary @many "http://$registry/v2/app/manifests/many"
wrong 65 '10000' 'a manifest with 10,000 layers is refused' '' client "$app" manifest many

# --- blobs that are not what they should be ---
wrong 1 "$app: blob $small: the registry sent other bytes: found sha256:" 'a changed blob is found out' 'flip path=/blobs/' small_of
wrong 1 'want 100 bytes, but the registry announces 90' 'so is a shorter one' 'shorter 10 path=/blobs/' small_of
wrong 1 'want 100 bytes, but the registry announces 101' 'and a longer one' 'longer 1 path=/blobs/' small_of
wrong 1 'the registry sent more bytes than it has' 'a blob without an end is cut off' 'endless path=/blobs/' small_of
wrong 1 'announces 99999999999' 'also one that says how long it is' 'endless path=/blobs/ length=99999999999' small_of
wrong 1 'with a Content-Encoding, which nobody asked for' 'a packed blob is not unpacked' 'gzip path=/blobs/' small_of
wrong 1 'with a Content-Encoding, which nobody asked for' 'nor is a bomb' 'bomb path=/blobs/' small_of
wrong 66 'there is no such blob (404 BLOB_UNKNOWN' 'a blob that is not there is said to be not there' '' client "$app" blob "$subject" 1

# --- a download that is cut ---
big_as_it_is() {
	same big client --attempts 3 "$app" blob "$big" 3000000
}
ranges() {
	grep -c "GET /v2/app/blobs/$big .* 206 " "$registry_log"
}
right 'a download that is cut goes on' 'cut 1000000 path=/blobs/ times=2' big_as_it_is
is "$(ranges)" 2 'where it was cut'
right 'one that is cut at once is begun again' 'cut 0 path=/blobs/ times=1' big_as_it_is
right 'one that is cut, and goes on with all of it again' \
	"$(printf 'cut 1000000 path=/blobs/ times=1\nnorange path=/blobs/')" big_as_it_is
wrong 69 "$app: blob $big" 'one that is cut again and again is not known' 'cut 3000 path=/blobs/' big_as_it_is
wrong 1 'the registry sent another part than was asked for' 'another part than was asked for is not taken' \
	"$(printf 'cut 1000000 path=/blobs/ times=1\nheader "Content-Range=bytes 0-1999999/3000000" skip=1')" big_as_it_is
wrong 1 'the registry sent another part than was asked for' 'nor one of something else' \
	"$(printf 'cut 1000000 path=/blobs/ times=1\nheader "Content-Range=bytes 1000000-2999999/3000001" skip=1')" big_as_it_is
wrong 1 'the registry sent other bytes' 'a part that was changed is found out' \
	"$(printf 'cut 1000000 path=/blobs/ times=1\nflip path=/blobs/ skip=1')" big_as_it_is

# --- answers that are none ---
wrong 69 'the registry has too many requests (429 TOOMANYREQUESTS "told to say so")' 'too many requests is "could not find out"' \
	'status 429 code=TOOMANYREQUESTS' client "$app" manifest 1
right 'it is waited for' 'status 429 times=1 retry-after=0' client --attempts 2 "$app" manifest 1
wrong 69 'the registry is out of order (503' 'so is a registry that is out of order' 'status 503' client "$app" manifest 1
right 'also for that' 'status 503 times=1' client --attempts 2 "$app" manifest 1
right 'and for one that failed' 'status 500 times=1' client --attempts 2 "$app" manifest 1
wrong 69 'the registry is out of order (500' 'or broken' 'status 500' client "$app" manifest 1
wrong 69 'the registry does not allow it (403 DENIED' 'or does not allow it' 'status 403 code=DENIED' client "$app" manifest 1
wrong 69 'does not answer as a registry does (404 UNKNOWN' 'a 404 that no registry would say is not "not there"' 'status 404' \
	client "$app" manifest 1
wrong 69 'does not answer as a registry does (404 UNKNOWN' 'nor is it when a tag is resolved' 'status 404' client "$app" resolve 1
wrong 66 'there is no such manifest (404 NAME_UNKNOWN' 'but this is' 'status 404 code=NAME_UNKNOWN' client "$app" manifest 1
wrong 69 'the registry answers 401 and does not say what it wants' 'a 401 without a challenge is the end' 'status 401' client "$app" manifest 1
auth=$(printf 'user:secret word' | base64)
jq -cn --arg host "$registry" --arg auth "$auth" '{auths: {($host): {$auth}}}' >auth.json
before=$(registry_requests)
wrong 69 'the registry does not let us in (401' 'a 401 that never ends is asked twice' \
	"status 401 challenge='Basic realm=\"x\"'" client --auth auth.json "$app" manifest 1
is $(($(registry_requests) - before)) 2 'and not more'
ok 'nobody learns the password' not grep -e "$auth" -e 'secret word' "$tap_out"
wrong 69 "$app:1" 'bytes that are no HTTP are not known' 'raw "what is this\r\n\r\n"' client "$app" manifest 1
wrong 69 "$app:1" 'nor is no answer' 'hangup' client "$app" manifest 1
right 'one that comes the second time is' 'hangup times=1' client --attempts 2 "$app" manifest 1
registry_fault 'status 400 path=/manifests/ code=E'
printf 'body "{\\"errors\\":[{\\"code\\":\\"X\x1b[31m\\",\\"message\\":\\"%s\\"}]}"\nstatus 400\n' "$(printf 'A%.0s' {1..5000})" \
	>"$registry_root.faults.new" && mv "$registry_root.faults.new" "$registry_root.faults"
ok 'the words of a registry are quoted' not client "$app" manifest 1
client "$app" manifest 1 2>words
is "$(grep -c $'\x1b' words)" 0 'so that a terminal does not obey them'
ok 'and cut' test "$(wc -c <words)" -lt 600

# --- another host ---
registry_fault ''
strict=$registry strict_log=$registry_log strict_root=$registry_root
registry_start --strict --htpasswd
elsewhere=$registry
jq -cn --arg host "$elsewhere" --arg auth "$(printf writer:secret | base64)" '{auths: {($host): {$auth}}}' >auth.json
client_options+=(--auth auth.json)
client "$elsewhere/app" push "$big" big
registry_fault "redirect http://$strict path=/blobs/sha256"
before=$(grep -c 'auth=yes' "$strict_log")
ok 'a blob is got from another host' got "$elsewhere/app" "$big" big
is "$(grep -c 'auth=yes' "$strict_log")" "$before" 'which does not learn who we are'
ok 'but the registry did' grep -q "GET /v2/app/blobs/$big .*auth=yes" "$registry_log"
registry_fault "redirect http://$strict path=/referrers/"
for status in 401 403 429 451; do
	echo "status $status" >"$strict_root.faults.new" && mv "$strict_root.faults.new" "$strict_root.faults"
	refuses 69 "$elsewhere/app" "another host that answers $status has not said that nothing refers to it" client "$elsewhere/app" referrers "$subject"
done
echo 'status 404' >"$strict_root.faults.new" && mv "$strict_root.faults.new" "$strict_root.faults"
ok 'one that knows of no referrers has' client "$elsewhere/app" referrers "$subject"
: >"$strict_root.faults.new" && mv "$strict_root.faults.new" "$strict_root.faults"
registry_fault "redirect http://$elsewhere path=/blobs/sha256"
refuses 69 "$elsewhere/app: blob $big" 'a circle is left' client "$elsewhere/app" blob "$big" 3000000
registry=$strict registry_log=$strict_log registry_root=$strict_root

# --- an upload that breaks ---
# pushes SENTENCE FAULT [OPTION...]: a new blob gets there in spite of the fault
pushes() {
	local sentence=$1 fault=$2
	shift 2

	blob new 3000000
	right "$sentence" "$fault" client --attempts 3 "$@" "$app" push "$new" new
	registry_fault ''
	ok '... and as it is' got "$app" "$new" new
}
pushes 'an upload that is cut goes on' 'swallow 1000000 method=PUT times=1'
pushes 'or begins again where nothing of it was kept' 'swallow 1000000 method=PUT times=1 keep=no'
pushes 'or the registry forgot it' "$(printf 'swallow 1000000 method=PUT times=1\nforget method=GET path=/uploads/ times=1')"
pushes 'an upload whose answer was lost is found' 'dropped method=PUT times=1'
pushes 'one that is forgotten at once is begun again' 'forget method=PUT times=1'
pushes 'one that meets a registry out of order is tried again' 'status 502 method=PUT path=/uploads/ times=1'
pushes 'one that meets too many requests waits' 'status 429 method=PUT path=/uploads/ times=1 retry-after=1'
pushes 'an upload whose beginning was lost begins again' 'dropped method=POST times=1'
pushes 'an upload in pieces is cut and goes on' 'swallow 500000 method=PATCH times=2' --chunk 1000000
pushes 'or sends the piece again' 'swallow 500000 method=PATCH times=1 keep=no' --chunk 1000000
pushes 'or all of it' "$(printf 'swallow 500000 method=PATCH times=1 skip=1\nforget method=GET path=/uploads/ times=1')" --chunk 1000000
pushes 'a piece whose answer was lost is not sent twice' 'dropped method=PATCH times=1' --chunk 1000000
pushes 'an end whose answer was lost is found' 'dropped method=PUT times=1' --chunk 1000000
pushes 'an end that did not come is sent again' 'hangup method=PUT times=1' --chunk 1000000
pushes 'a blob that cannot be mounted is sent' 'nomount' --mount beside
blob new 3000000
wrong 69 "$app: upload of $new" 'an upload that is cut again and again is given up' 'swallow 1000 method=PUT keep=no' \
	client "$app" push "$new" new
wrong 69 "$app: upload of $new" 'also one in pieces' 'swallow 1000 method=PATCH keep=no' client --chunk 1000000 "$app" push "$new" new
registry_fault ''
is "$(client "$app" has "$new")" no 'and nothing is there'
is "$(find "$registry_root" -name 'upload-*' -size +0)" '' 'not even a part'
wrong 69 'the registry does not say where to send it' 'an upload that leads nowhere is refused' 'header Location=' client "$app" push "$new" new
wrong 69 'leads to "file:///etc/passwd"' 'so is one that leads to a file' 'header Location=file:///etc/passwd' client "$app" push "$new" new
wrong 69 'which is not an address of http or https' 'or to somebody with a name' 'header Location=http://user@127.0.0.1/' \
	client "$app" push "$new" new
wrong 1 "the registry calls it $subject" 'another digest than was sent is found out' \
	"header Docker-Content-Digest=$subject method=PUT" client "$app" push "$new" new
blob new 3000000
wrong 65 'the registry does not take it (400 DIGEST_INVALID' 'a registry that found another digest is believed' \
	'status 400 code=DIGEST_INVALID method=PUT' client "$app" push "$new" new
wrong 65 'it is more than the registry takes (413' 'and one that has no room for it' 'status 413 method=PUT' client "$app" push "$new" new
wrong 69 'the registry does not allow it (403 DENIED' 'and one that does not allow it' 'status 403 code=DENIED method=POST' \
	client "$app" push "$new" new

# --- a manifest that is put ---
referrer two "$subject"
two=$digest
wrong 1 "the registry calls it $subject, but it has the digest $two" 'another digest than was put is found out' \
	"header Docker-Content-Digest=$subject" client "$app" put two "$manifest_type" 2
right 'a manifest whose answer was lost is put again' 'dropped method=PUT times=1' client --attempts 2 "$app" put two "$manifest_type" 2
wrong 65 'the registry does not do that (405' 'a registry that deletes nothing says so' 'status 405 method=DELETE' client "$app" delete "$two"

# --- referrers ---
referrers() {
	client "$app" referrers "$subject" "$@" | cut -d' ' -f2 | sort | xargs
}
registry_fault ''
is "$(referrers)" 'text/one text/two' 'the referrers API lists all'
is "$(referrers text/two)" text/two 'and by a type'
is "$(client "$app" put two "$manifest_type")" subject 'a registry that has it says so'
fallback=sha256-${subject#sha256:}
referrer three "$subject"
ok 'what refers to a subject is put' client "$app" attach three
refuses 66 'there is no such manifest' 'without a list of our own' client "$app" manifest "$fallback"
referrer four "$subject"
right 'a registry that has the API and does not say so gets a list, too' 'quiet' client "$app" attach four
registry_fault ''
is "$(client "$app" manifest "$fallback" | jq -r '.manifests[].artifactType')" text/four 'with what it did not say'
is "$(referrers)" 'text/four text/one text/three text/two' 'what both list is found once'
registry_fault 'noreferrers'
is "$(referrers)" text/four 'without the API the list is what there is'
registry_fault 'body "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}" path=/referrers/'
is "$(referrers)" text/four 'and when the API has lost everything'
for status in 500 503 403 429 400; do
	wrong 69 "$app: referrers of $subject" "an API that answers $status is not \"there are none\"" \
		"status $status path=/referrers/" client "$app" referrers "$subject"
done
wrong 69 "$app: referrers of $subject" 'nor is one that hangs up' 'hangup path=/referrers/' client "$app" referrers "$subject"
wrong 69 "$app:$fallback: the registry is out of order (503" 'nor is a list that cannot be got' \
	"$(printf 'noreferrers\nstatus 503 path=/manifests/')" client "$app" referrers "$subject"
wrong 69 'want an image index, but the registry sent "text/html"' 'nor a page of a proxy' \
	"$(printf 'header Content-Type=text/html path=/referrers/')" client "$app" referrers "$subject"
wrong 65 "$app: referrers of $subject" 'nor what is no list' 'body "{}" path=/referrers/' client "$app" referrers "$subject"
wrong 69 'another host, for the rest of a list' 'a list does not go on at another host' \
	"$(printf 'header "Link=<http://127.0.0.1:1/x>; rel=\\"next\\"" path=/referrers/')" client "$app" referrers "$subject"
wrong 69 'where this page came from' 'nor in a circle' \
	"$(printf 'header "Link=</v2/app/referrers/%s>; rel=\\"next\\"" path=/referrers/' "$subject")" client "$app" referrers "$subject"
wrong 65 'more than 1000 pages' 'nor without an end' \
	"$(printf 'header "Link=<?a>; rel=\\"next\\"" path=s/%s$\nheader "Link=<?b>; rel=\\"next\\"" path=a$\nheader "Link=<?a>; rel=\\"next\\"" path=b$' \
		"$subject")" client "$app" referrers "$subject"
wrong 65 'the registry names a tag that is none' 'a tag that is none is not taken' \
	'body "{\"name\":\"app\",\"tags\":[\"a/../b\"]}" path=/tags/' client "$app" tags
wrong 65 "$app: tags" 'nor a list that is none' 'body "[]" path=/tags/' client "$app" tags
# One that takes the tag of the list for the digest itself, and gives the image.
registry_fault noreferrers
curl -s -o put.out -X PUT -H "Content-Type: $manifest_type" --data-binary @one "http://$registry/v2/app/manifests/sha256-${one#sha256:}"
is "$(client "$app" referrers "$one")" '' 'the image itself is no list of what refers to it'
curl -s -o put.out -X PUT -H "Content-Type: $manifest_type" --data-binary @two "http://$registry/v2/app/manifests/sha256-${one#sha256:}"
refuses 65 'want an image index of referrers, found' 'nor is another image' client "$app" referrers "$one"

# --- in pages, and with addresses of every kind ---
for kind in relative absolute query; do
	registry_start --strict -- --page 2 --locations $kind --no-filter
	app=$registry/app
	ok "an upload goes where a $kind address leads" client "$app" push "$big" big
	ok '... also in pieces' client --chunk 1000000 "$app" push "$small" small
done
empty_blob "$app"
for name in one two three four five; do
	referrer $name "$subject"
	client "$app" attach $name
	client "$app" put $name "$manifest_type" $name >/dev/null
done
is "$(referrers)" 'text/five text/four text/one text/three text/two' 'referrers are read through all pages'
is "$(client "$app" tags | xargs)" 'five four one three two' 'and so are tags'
registry_start --strict -- --min-chunk 2000000 --want-ranges
ok 'pieces are as long as the registry wants them' client --chunk 1000000 "$registry/app" push "$big" big
is "$(registry_requests PATCH)" 2 'and no longer'
registry_start --strict -- --min-chunk 100000000
refuses 65 'the registry wants pieces of at least 100000000 bytes' 'but there is an end to that' \
	client --chunk 1000000 "$registry/app" push "$big" big

# --- Docker Hub, whose registry has another name than its images; our registry stands in as a proxy ---
registry_start --strict
hub() {
	http_proxy=http://$registry client "$@" tags
}
client_options=(--plain --attempts 1 --seconds 5)
for name in app docker.io/app index.docker.io/library/app; do
	refuses 66 'docker.io/library/app: tags: there is no such repository' "$name is an image of Docker Hub" hub $name
done
is "$(grep -c 'GET http://registry-1.docker.io/v2/library/app/tags/list' "$registry_log")" 3 'which is asked at its own address'

done_testing
