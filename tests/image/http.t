#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How registries are reached, and who we say we are there: certificates, passwords from every place
# that has them, tokens, redirects, proxies; by the commands, with docker-registry where it can.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/client.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"

unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset REGISTRY_AUTH_FILE DOCKER_CONFIG XDG_RUNTIME_DIR XDG_CONFIG_HOME SSL_CERT_FILE
digest() {
	"$image_program" digest --retry-seconds=1 "$@"
}
# entry HOST USER:PASSWORD: a file of passwords
entry() {
	jq -cn --arg host "$1" --arg auth "$(printf %s "$2" | base64)" '{auths: {($host): {$auth}}}'
}
# filled [OPTION...]: puts the image IMAGE (as writer) into app:1 of the last registry
filled() {
	image_push layout 1 "$registry/app:1" "$@"
}
ok 'an image is made' image_make layout 1
want=$image_digest

# --- https ---
registry_start --tls --htpasswd
users=$registry users_log=$registry_log
ok 'a registry with https and users has it' filled --dest-creds writer:secret
entry "$users" reader:known >auth.json
entry "$users" reader:wrong-word >wrong.json
trust=(--registry-ca "$registry_ca")
ok 'with its authority and a password an image is found' digest "${trust[@]}" --registry-auth-file auth.json "$users/app:1"
is "$(cut -d' ' -f1 "$tap_stdout")" "$want" 'and is the one that was put'
refuses 69 'certificate problem' 'an unknown authority is "could not find out"' digest --registry-auth-file auth.json "$users/app:1"
ok 'and the registry never got a request of that one' not grep -q 'auth.user.name=.*wrong' "$users_log"
ok 'SSL_CERT_FILE names authorities, too' env SSL_CERT_FILE="$registry_ca" "$image_program" digest \
	--registry-auth-file auth.json "$users/app:1"
refuses 69 "$users" 'a file of authorities that is not there trusts nobody' digest --registry-ca nowhere.pem \
	--registry-auth-file auth.json "$users/app:1"
ok 'without looking at certificates it is found' digest --insecure-tls --registry-auth-file auth.json "$users/app:1"
is "$(digest --insecure-tls --registry-auth-file auth.json "$users/app:1" 2>&1 >/dev/null | grep -c 'NOT LOOKED AT')" 1 'but not without a word'
intoto key generate --type ed25519 --no-passphrase -o step.key >/dev/null
refuses 0 'NOT LOOKED AT' 'nor where a step records it' intoto run -n s --signing-key step.key -p "oci:$users/app:1" --insecure-tls --registry-auth-file auth.json -- true
refuses 69 "${users/127.0.0.1/127.0.0.2}" 'a certificate for another name is not taken' \
	digest "${trust[@]}" "${users/127.0.0.1/127.0.0.2}/app:1"
refuses 69 '(400)' 'http is not an answer to https' digest --insecure-registry --registry-auth-file auth.json "$users/app:1"

# --- a registry that wants certificates ---
registry_start --tls --client-certs
certain=$registry
ok 'a registry that wants certificates has it' curl -sf --cacert "$registry_ca" --cert "$registry_cert" --key "$registry_key" \
	"https://$certain/v2/"
client_options=(--ca "$registry_ca" --seconds 5)
refuses 69 "$certain" 'without one nothing is found out' digest "${trust[@]}" "$certain/app:1"
refuses 66 'there is no such' 'with one it is found out that there is nothing' digest "${trust[@]}" \
	--registry-cert "$registry_cert" --registry-key "$registry_key" "$certain/app:1"
refuses 69 "$certain" 'a key that is none is not shown' digest "${trust[@]}" \
	--registry-cert "$registry_cert" --registry-key auth.json "$certain/app:1"

registry_start --strict --tls
shown=(digest "${trust[@]}" --registry-cert "$registry_cert" --registry-key "$registry_key" "$registry/app:1")
registry_fault "status 401 path=/manifests/ code=UNAUTHORIZED challenge='Bearer realm=\"https://$certain/token\"'"
# That host would let in who shows it; what is heard of its refusal depends on who closes first.
refuses 69 "$certain" 'nor is the certificate shown to another host that gives tokens' "${shown[@]}"
registry_start --strict --tls --client-certs
shown=(digest "${trust[@]}" --registry-cert "$registry_cert" --registry-key "$registry_key" "$registry/app:1")
registry_fault "status 401 path=/manifests/ code=UNAUTHORIZED challenge='Bearer realm=\"https://$registry/token\"'"
refuses 69 'answers 404 to who asks for a token' '… but to the registry when it gives them itself' "${shown[@]}"
registry_fault "redirect https://$certain path=/manifests/"
refuses 69 'did not answer, trying again' '… and not behind a redirect' "${shown[@]}"

# --- passwords and where they are ---
# knows SENTENCE VARIABLE=VALUE...: with them the image is found
knows() {
	local sentence=$1
	shift

	ok "$sentence" env "$@" "$image_program" digest "${trust[@]}" "$users/app:1"
}
unknown() {
	refuses 69 'the registry wants a user and none is known for it' "$1" digest "${trust[@]}" "$users/app:1"
}
unknown 'without a password nothing is found out'
knows 'REGISTRY_AUTH_FILE names a file of passwords' REGISTRY_AUTH_FILE="$PWD/auth.json"
mkdir docker run config
cp auth.json docker/config.json
knows 'DOCKER_CONFIG names the folder of one' DOCKER_CONFIG="$PWD/docker"
mkdir -p run/containers "$HOME/.config/containers" "$HOME/.docker"
cp auth.json run/containers/auth.json
knows 'so does XDG_RUNTIME_DIR' XDG_RUNTIME_DIR="$PWD/run"
cp auth.json "$HOME/.docker/config.json"
knows 'one is in the home folder, as Docker has it'
mv "$HOME/.docker/config.json" "$HOME/.config/containers/auth.json"
knows 'or as podman has it'
rm "$HOME/.config/containers/auth.json"
unknown 'and when it is gone there is none'
refuses 69 'the registry does not let us in (401' 'what is named is taken, whatever else there is' \
	env DOCKER_CONFIG="$PWD/docker" "$image_program" digest "${trust[@]}" --registry-auth-file wrong.json "$users/app:1"
ok 'and a wrong password is told to nobody' lacks "$tap_out" wrong-word
ok 'nor as it is sent' lacks "$tap_out" "$(printf reader:wrong-word | base64)"
entry "${users%:*}:1" reader:known >other.json
refuses 69 'none is known for it' 'a password for another port is not sent' digest "${trust[@]}" --registry-auth-file other.json "$users/app:1"
entry "$users/app" reader:known >narrow.json
ok 'one for the repository is' digest "${trust[@]}" --registry-auth-file narrow.json "$users/app:1"
entry "$users/ap" reader:known >narrow.json
refuses 69 'none is known for it' 'one for another is not' digest "${trust[@]}" --registry-auth-file narrow.json "$users/app:1"

# --- what is wrong with them says nothing about images ---
# lost TEXT SENTENCE JSON: with that file nothing is found out
lost() {
	printf '%s' "$3" >lost.json
	refuses 69 "$1" "$2" digest "${trust[@]}" --registry-auth-file lost.json "$users/app:1"
}
refuses 69 'nowhere.json' 'a file of passwords that is not there is not "no such image"' \
	digest "${trust[@]}" --registry-auth-file nowhere.json "$users/app:1"
lost 'lost.json' 'one that is no JSON is told' '{"auths":'
lost 'is not base64' 'so is an entry that is none' "{\"auths\":{\"$users\":{\"auth\":\"*\"}}}"
lost 'want an object, found a text' 'and one of another kind' "{\"auths\":{\"$users\":\"cmVhZGVyOmtub3du\"}}"
lost 'want a text, found a number' 'and a password that is none' "{\"auths\":{\"$users\":{\"username\":\"reader\",\"password\":1}}}"
lost 'credsStore: want a text' 'and a store that is none' '{"credsStore":["x"]}'
mkdir helpers
# helper NAME: a program that knows passwords; its text is on standard input
helper() {
	{ echo '#!/bin/sh'; cat; } >"helpers/docker-credential-$1" && chmod +x "helpers/docker-credential-$1"
}
helper good <<'SH'
[ "$1" = get ] || exit 2
read -r host || [ -n "$host" ] || exit 2
echo "$host" >>"$HELPER_LOG"
printf '{"ServerURL":"%s","Username":"reader","Secret":"known"}\n' "$host"
SH
helper nobody <<<'echo credentials not found in native keychain; exit 1'
helper broken <<<'echo the keychain is locked >&2; exit 3'
helper silent <<<'exit 0'
helper endless <<<'exec yes'
export HELPER_LOG=$PWD/helper.log
PATH=$PWD/helpers:$PATH
jq -cn --arg host "$users" '{credHelpers: {($host): "good"}}' >helped.json
ok 'a program knows the password' digest "${trust[@]}" --registry-auth-file helped.json "$users/app:1"
is "$(sort -u helper.log)" "$users" 'and is asked for this registry'
is "$(wc -l <helper.log)" 1 'once'
ok 'so does one for every registry' env REGISTRY_AUTH_FILE=<(echo '{"credsStore":"good"}') "$image_program" digest "${trust[@]}" "$users/app:1"
lost 'none is known for it' 'one that knows nobody is believed' "{\"credHelpers\":{\"$users\":\"nobody\"}}"
lost 'docker-credential-broken: ended with status 3: the keychain is locked' 'a broken one is not "nobody"' \
	"{\"credHelpers\":{\"$users\":\"broken\"}}"
lost 'docker-credential-missing' 'nor is one that is not there, and it is not "no such image"' "{\"credHelpers\":{\"$users\":\"missing\"}}"
lost 'docker-credential-silent' 'nor one that says nothing' "{\"credHelpers\":{\"$users\":\"silent\"}}"
lost 'more than 262144 bytes' 'nor one that never stops' "{\"credHelpers\":{\"$users\":\"endless\"}}"
lost 'is no name of a credential helper' 'a path is no name of one' "{\"credHelpers\":{\"$users\":\"../helpers/good\"}}"

# --- not signed and not known are two things ---
registry_start --strict
jq -cn --arg host "$registry" '{credHelpers: {($host): "missing"}}' >missing.json
"$INTOTO_BUILD/intoto/cmd/intoto" key generate --type ecdsa-p256 --no-passphrase -o key.pem >/dev/null
verify() {
	image verify "$registry/app:1" --key key.pem.pub "$@"
}
[ -e key.pem.pub ] || { [ -e key.pub ] && cp key.pub key.pem.pub; }
ok 'an image is put' filled
refuses 3 'sign' 'it is not signed' verify
registry_fault 'status 401 path=/manifests/sha256-.*sig code=UNAUTHORIZED challenge="Basic realm=x"'
refuses 69 'docker-credential-missing' 'that is not said when a password could not be had' verify --registry-auth-file missing.json
registry_fault 'status 401 path=/manifests/sha256-.*sig code=UNAUTHORIZED challenge=Negotiate'
refuses 69 'Negotiate' 'nor when the registry wants what we do not have' verify
registry_fault 'status 401 path=/manifests/sha256-.*sig code=UNAUTHORIZED challenge="Bearer realm=\"never"'
refuses 69 'does not end' 'nor when it cannot say what it wants' verify
registry_fault "status 401 path=/manifests/sha256-.*sig code=UNAUTHORIZED challenge='Bearer realm=\"http://$registry/v2/\"'"
refuses 69 'no token that can be used' 'nor when who gives tokens gives none' verify
registry_fault "status 401 code=UNAUTHORIZED challenge='Bearer realm=\"file:///etc/passwd\"'"
refuses 69 'not https' 'a token is not read from a file' verify

# --- tokens ---
registry_start --tls --token
ok 'a registry with tokens has it' filled --dest-creds writer:secret
ok 'everybody finds it' digest "${trust[@]}" "$registry/app:1"
entry "$registry" reader:wrong-word >wrong.json
refuses 69 'answers 401 to who asks for a token' 'but not with a wrong password' digest "${trust[@]}" --registry-auth-file wrong.json "$registry/app:1"
ok 'which nobody is told' lacks "$tap_out" wrong-word
jq -cn --arg host "$registry" '{auths: {($host): {identitytoken: "identity-of-reader"}}}' >identity.json
ok 'an identity token becomes one for the registry' digest "${trust[@]}" --registry-auth-file identity.json "$registry/app:1"
ok 'by a POST' grep -q '"POST /token' "$registry_token_log"
jq -cn --arg host "$registry" '{auths: {($host): {identitytoken: "identity-of-nobody"}}}' >identity.json
refuses 69 'answers 401 to who asks for a token' 'an unknown one does not' digest "${trust[@]}" --registry-auth-file identity.json "$registry/app:1"
ok 'and is told to nobody' lacks "$tap_out" identity-of-nobody

# --- redirects from https ---
registry_start --strict
plain=$registry plain_log=$registry_log
registry_start --strict --tls
other=$registry other_log=$registry_log
registry_start --strict --tls --htpasswd
ok 'a strict registry has it' filled --dest-creds writer:secret
entry "$registry" writer:secret >auth.json
found() {
	"$image_program" copy --retry-seconds=1 "${trust[@]}" --registry-auth-file auth.json "$registry/app:1" oci-layout:copied:1
}
registry_fault "redirect http://$plain path=/blobs/"
refuses 69 'redirects from https to http, which is not followed' 'https is not left for http' found
is "$(grep -c '/v2/' "$plain_log")" 0 'and nobody there was asked'
client_options=(--ca "$registry_ca" --seconds 5)
curl -sf --cacert "$registry_ca" -o /dev/null "https://$other/v2/"
for file in layout/blobs/sha256/*; do
	client "$other/app" push "sha256:${file##*/}" "$file" || diag "$file"
done
registry_fault "redirect https://$other path=/blobs/"
ok 'blobs are got from another host' found
ok 'which was asked' grep -q 'GET /v2/app/blobs/' "$other_log"
is "$(grep -c 'auth=yes' "$other_log")" 0 'and never learned who we are'
ok 'as the registry did' grep -q 'auth=yes' "$registry_log"
rm -rf copied
registry_fault "redirect https://user:word@$other path=/blobs/"
refuses 69 "$registry" 'an address with a password in it is not followed' found
ok 'and the password is not told' lacks "$tap_out" word@
registry_fault "redirect ftp://$other path=/blobs/"
refuses 69 "$registry" 'nor is one of another protocol' found
registry_fault "status 401 path=/manifests/ code=UNAUTHORIZED challenge='Bearer realm=\"http://$plain/token\"'"
refuses 69 'not https' 'a password is not sent to who gives tokens by http' found
is "$(grep -c token "$plain_log")" 0 'who was not even asked'

# --- proxies ---
# proxy_start [OPTION...]: its address in $proxy, its log in $proxy_log
proxy_start() {
	proxy_log=$PWD/proxy.$((++proxies))
	python3 "$INTOTO_SOURCE/tests/image/proxy.py" "$@" >"$proxy_log" 2>&1 &
	registry_pids+=($!)
	proxy=127.0.0.1:$(registry_listening $! "$proxy_log")
}
proxies=0
registry_fault ''
proxy_start
by_https() {
	env "$@" "$image_program" digest --retry-seconds=1 "${trust[@]}" --registry-auth-file auth.json "$registry/app:1"
}
by_http() {
	env "$@" "$image_program" digest --retry-seconds=1 --insecure-registry "$plain/app:1"
}
ok 'https goes through a proxy' by_https https_proxy="http://$proxy"
ok 'by a tunnel' grep -qx "CONNECT $registry auth=no" "$proxy_log"
is "$(grep -c 'auth=yes' "$proxy_log")" 0 'through which no password is seen'
refuses 66 'there is no such' 'http goes through a proxy' by_http http_proxy="http://$proxy"
ok 'by its whole address' grep -q "^[A-Z]* http://$plain/v2/app/manifests/1 auth=no" "$proxy_log"
lines=$(wc -l <"$proxy_log")
refuses 66 'there is no such' 'but not where no_proxy says so' by_http http_proxy="http://$proxy" no_proxy=127.0.0.1
refuses 66 'there is no such' 'nor for HTTP_PROXY, which a CGI client may set' by_http HTTP_PROXY="http://$proxy"
is "$(wc -l <"$proxy_log")" "$lines" 'neither of which came by'
proxy_start --want 'me:proxy-word'
ok 'a proxy that wants a password gets it' by_https https_proxy="http://me:proxy-word@$proxy"
refuses 69 '407' 'one that gets a wrong one is "could not find out"' by_https https_proxy="http://me:bad-word@$proxy"
ok 'which is told to nobody' lacks "$tap_out" bad-word
refuses 69 '407' 'also for http' by_http http_proxy="http://me:bad-word@$proxy"
registry_stop "${registry_pids[-1]}"
refuses 69 "$plain" 'a proxy that is not there is "could not find out"' by_http http_proxy="http://$proxy"
is "$(grep -c '/v2/app' "$plain_log")" "$(grep -c '/v2/app/manifests/1' "$plain_log")" 'and is not gone around'

done_testing
