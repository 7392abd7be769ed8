#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# git, ci and slsa as a user has them: run by the host in its sandbox, signed, and judged by gates.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
python=
for python in /usr/bin/python3 python3; do
	"$python" -c 'import cryptography' 2>/dev/null && break
	python=
done
[ -n "$python" ] || skip_all 'python3-cryptography is not installed'
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
for name in git ci slsa; do
	folders+=(--attestor-path "$INTOTO_BUILD/attestors/$name")
done
# What a kernel does not have is not what is looked at here.
step() {
	intoto run -n build --quiet --signing-key "$tap_work/k.pem" "${folders[@]}" "$@"
}
# predicate NAME FILTER: of the statement that the last step has of that attestor
predicate() {
	jq -r .payload build.*."$1".intoto.json | base64 -d | jq -r ".predicate$2"
}
intoto key generate --no-passphrase -o k.pem >/dev/null || skip_all 'no key'
ssh-keygen -q -t ed25519 -N '' -C ada -f ada
mkdir app
printf '*.link\n*.intoto.json\n*.report\n' >app/.gitignore
echo 'printf built >out' >app/make.sh
git -c init.defaultBranch=main init -q app
git -C app remote add origin https://example.org/acme/app.git
git -C app add .
git -C app -c user.name=Ada -c user.email=ada@example.org -c gpg.format=ssh -c user.signingkey="$PWD/ada" commit -q -S -m First
commit=$(git -C app rev-parse HEAD)
cd app || exit 1

# --- the host runs them ---
export GITHUB_ACTIONS=true GITHUB_REPOSITORY=acme/app GITHUB_SHA=$commit
step --attest git="$tap_work/ada.pub" -m make.sh -p make.sh -- true >/dev/null 2>"$tap_top/why" ||
	{ grep -q 'sandbox' "$tap_top/why" && skip_all "no sandbox here: $(head -c 200 "$tap_top/why")"; }
is "$(predicate git .commit.id) $(predicate git .commit.signature.status) $(predicate git .workTree.clean)" "$commit good true" \
	'git says in its sandbox which commit it is, and that it is signed'
rm -f build.*
mkdir below
echo x >below/x
cd below || exit 1
refuses 125 'shows one' 'below the repository nothing is seen of it' step --attest git -m x -p x -- true
rm -f .build.*
ok 'unless the user shows it' step --attest git --attest-path git="$tap_work/app" -m x -p x -- true
is "$(predicate git .commit.id)" "$commit" 'and then it is the same commit'
cd .. && rm -rf below

# --- a token, by the network, on loopback ---
"$python" "$INTOTO_SOURCE/tests/attestors/tokens.py" keys "$tap_top/k"
"$python" "$INTOTO_SOURCE/tests/attestors/tokens.py" serve "$tap_top/k" "$tap_top/port" &
server=$!
trap 'kill $server 2>/dev/null; tap_leave' EXIT
for _ in $(seq 100); do [ -e "$tap_top/port" ] || sleep 0.1; done
cp "$tap_top/k/jwks.json" ..
export ACTIONS_ID_TOKEN_REQUEST_URL="http://127.0.0.1:$(cat "$tap_top/port")/token?a=b" ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-secret
asks=(--attest ci="$tap_work/jwks.json" --attest-path ci="$INTOTO_BUILD/attestors/ci" --attest-env ci=ACTIONS_ID_TOKEN_REQUEST_URL
	--attest-env ci=ACTIONS_ID_TOKEN_REQUEST_TOKEN)
refuses 125 'needs --attest-network ci' 'without the network nobody is asked for a token' step "${asks[@]}" -m make.sh -p out -- sh make.sh
rm -f .build.* out
ok 'with it the token is got and verified' step "${asks[@]}" --attest-network ci --attest git="$tap_work/ada.pub" \
	--attest slsa --attest-option slsa:builder-id=https://example.org/builder -m make.sh -p out -- sh make.sh
is "$(predicate ci .proof) $(predicate ci .oidc.claims.repository)" 'oidc-verified acme/app' 'and proves'
ok 'no secret is in what was signed' bash -c '! cat build.* | jq -r ".payload // empty" | base64 -d 2>/dev/null | grep -qE "request-secret|hidden-|eyJhbGci"'

# --- gates ---
fingerprint=$(ssh-keygen -lf ../ada.pub | cut -d' ' -f2)
intoto layout init ../layout -f --expires-in 1d >/dev/null && intoto layout add-step ../layout build --key ../k.pem.pub --quiet
# gate KIND JSON
gate() {
	intoto layout add-gate ../layout build "$1:$2" >/dev/null
}
good() {
	gate source '{"branches": ["main"], "repositories": ["https://example.org/acme/*"], "signed": {"what": "commit", "by": ["'"$fingerprint"'"]}, "agreesWith": ["provenance"], "subject": "step"}' &&
		gate identity '{"providers": ["github-actions"], "claims": {"repository": "acme/app"}}' &&
		gate provenance '{"builders": ["https://example.org/builder"], "buildTypes": ["https://in-toto.io/intoto/run/v1"],
			"source": {"uri": ["git+https://example.org/acme/app.git"], "ref": ["refs/heads/main"]}, "parameters": {"command": ["sh", "make.sh"], "step": "build"}}'
}
verdict() {
	intoto sign -f ../layout -k ../k.pem -o ../signed >/dev/null 2>&1 || return 70
	intoto verify --layout ../signed --layout-keys ../k.pem.pub --link-dir .
}
ok 'a layout can demand it' good
ok 'and what was made keeps it' verdict
for bad in 'source:{"branches": ["release/*"]}:the branch is main' 'source:{"signed": {"what": "tag", "by": ["'"$fingerprint"'"]}}:the signature of the tag' \
	'identity:{"claims": {"repository": "evil/app"}}:the claim repository is another one' \
	'provenance:{"builders": ["https://example.org/other"]}:the builder is https://example.org/builder'; do
	intoto layout init ../layout -f --expires-in 1d >/dev/null && intoto layout add-step ../layout build --key ../k.pem.pub --quiet
	text=${bad##*\}:} kind=${bad%%:*}
	rest=${bad#*:}
	gate "$kind" "${rest%":$text"}"
	refuses 1 "$text" "a gate that it does not keep refuses: $text" verdict
done

done_testing
