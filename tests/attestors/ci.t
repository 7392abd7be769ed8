#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor "ci": which CI system is seen, what of its environment is recorded, and what a token
# must be to prove anything.  The tokens are made by another implementation.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/attestors/ask.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
python=
for python in /usr/bin/python3 python3; do
	"$python" -c 'import cryptography' 2>/dev/null && break
	python=
done
[ -n "$python" ] || skip_all 'python3-cryptography is not installed'
tokens() {
	"$python" "$INTOTO_SOURCE/tests/attestors/tokens.py" "$@"
}
# found PATH: of the last answer's predicate
found() {
	jq -r ".statements[0].predicate$1" "$tap_top/answer"
}

# --- which system ---
github=(GITHUB_ACTIONS=true GITHUB_REPOSITORY=acme/app GITHUB_RUN_ID=77 GITHUB_SHA=abc GITHUB_REF=refs/heads/main
	GITHUB_TOKEN=never-record ACTIONS_RUNTIME_TOKEN=never-record)
sees() {
	local name=$1
	shift
	ask_environment=("$@")
	ok "$name is seen by its variables" ask ci
	is "$(found .provider)/$(found .proof)" "$name/none" "and says that nothing proves it"
}
sees github-actions "${github[@]}"
is "$(found '.build.repository')" acme/app 'what all systems have stands in one place'
ok 'a variable that is not on the list is not recorded' lacks "$tap_top/answer" never-record
sees gitlab-ci GITLAB_CI=true CI_JOB_URL=https://gitlab.example/j/1 CI_JOB_TOKEN=never-record
sees jenkins JENKINS_URL=http://jenkins GIT_URL=https://joe:pw@git.example/x.git
is "$(found .variables.GIT_URL)" https://git.example/x.git 'a URL loses its password'
ok 'and the answer says so' has "$tap_top/answer" 'were taken out of GIT_URL'
sees jenkins JENKINS_HOME=/j BUILD_URL=http://jenkins/1
sees azure-pipelines TF_BUILD=True BUILD_BUILDURI=vstfs:///1 SYSTEM_ACCESSTOKEN=never-record
sees circleci CI=true CIRCLECI=true
sees buildkite BUILDKITE=true BUILDKITE_AGENT_ACCESS_TOKEN=never-record
ok 'an agent token is not recorded' lacks "$tap_top/answer" never-record
sees tekton TEKTON_TASK_RUN=build-1
sees teamcity TEAMCITY_VERSION=2026.1
sees aws-codebuild CODEBUILD_BUILD_ID=x:1
sees dagger DAGGER_SESSION_PORT=1
sees github-actions "${github[@]}" DAGGER_SESSION_PORT=1
ask_environment=(CI=true)
refuses 1 'no CI system is here' 'CI=true alone is no CI system' ask ci
ask_environment=("${github[@]}" BUILDKITE=true)
refuses 1 'of buildkite and of github-actions' 'two systems are refused' ask ci
ask_options='{"provider": ["buildkite"]}'
ok 'unless the user says which' ask ci
ask_options='{"provider": ["gitlab-ci"]}'
refuses 1 'gitlab-ci is not here' 'a system that is not there cannot be claimed' ask ci
ask_options='{"provider": ["travis"]}'
refuses 1 'want one of aws-codebuild' 'nor one that is not known' ask ci

# --- tokens ---
tokens keys "$PWD/k"
ask_inputs="[$(input_of k/jwks.json)]"
# One process makes all the tokens: what starts it takes longer than a token.
mkfifo asked made
tokens answer "$PWD/k" <asked >made &
exec 8>asked 9<made
# given KIND [CLAIM=JSON…]: the job has such a token
given() {
	local IFS=$'\t' made

	printf '%s\n' "$*" >&8
	read -r made <&9
	ask_environment=("${github[@]}" "INTOTO_ID_TOKEN=$made")
}
ask_options='{"token-variable": ["INTOTO_ID_TOKEN"]}'
for kind in RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA; do
	given $kind
	ok "a token signed with $kind proves" ask ci
	is "$(found .proof)/$(found .oidc.algorithm)" "oidc-verified/$kind" 'and the proof says with what'
done
is "$(found .oidc.claims.repository)" acme/app 'the claims are recorded'
is "$(found .oidc.claims.inner.kept)/$(found '.oidc.claimsLeftOut|join(",")')" 1/access_token,refresh_token \
	'those that are secret are left out by name'
ok 'at any depth' lacks "$tap_top/answer" hidden-
ok 'and the token itself is not recorded' lacks "$tap_top/answer" "${ask_environment[-1]#*=}"
is "$(found .oidc.tokenSha256)" "$(printf %s "${ask_environment[-1]#*=}" | sha256sum | cut -c1-64)" 'its digest is'
is "$(found .oidc.keySet.sha256)" "$(sha256sum <k/jwks.json | cut -c1-64)" 'and that of the key set'
given EdDSA 'aud=["other","intoto"]'
ok 'one audience of several is enough' ask ci

refuse_token() {
	local text=$1 sentence=$2
	shift 2
	given "$@"
	refuses 1 "$text" "$sentence" ask ci
}
refuse_token "algorithm is not one of" 'refuses a token without a signature' none
refuse_token "algorithm is not one of" 'refuses a shared key made of the public one' HS256
refuse_token "algorithm is not one of" 'refuses a shared key that is in the set' HS256-oct
refuse_token "has the token's kid" 'refuses a kid that is not in the set' otherkid
refuse_token "has the token's kid" 'refuses a key that is not for signatures' encrypts
refuse_token "has the token's kid" 'refuses a key of another kind than the algorithm' swapped
refuse_token 'more than one fits' 'refuses a token that names no key where several fit' nokid
refuse_token 'want 2048' 'refuses a short RSA key' small
refuse_token 'not on P-256' 'refuses a point that is not on the curve' off
refuse_token 'extensions (crit)' 'refuses critical extensions' crit
refuse_token 'signature is not good' 'refuses the signature of another key' wrongkey
refuse_token 'signature is not good' 'refuses changed claims' changed
refuse_token 'signature is not good' 'refuses an ECDSA signature in DER' der
refuse_token 'names a member twice' 'refuses a claim that is there twice' twice
refuse_token 'issued by https://evil.example' 'refuses another issuer' ES256 'iss="https://evil.example"'
refuse_token 'has no iss' 'refuses no issuer' ES256 iss=null
refuse_token 'for somebody else' 'refuses another audience' ES256 'aud=["sigstore"]'
refuse_token 'has no aud' 'refuses no audience' ES256 aud=null
now=$(date +%s)
refuse_token 'expired at' 'refuses a token that is over' ES256 exp=$((now - 120))
refuse_token "token's exp is not there" 'refuses a token without an end' ES256 exp=null
refuse_token "token's exp is not there" 'refuses an end that is a text' ES256 "exp=\"$((now + 300))\""
refuse_token "token's iat is not there" 'refuses a token without a beginning' ES256 iat=null
refuse_token 'was issued at' 'refuses a token of the future' ES256 iat=$((now + 300))
refuse_token 'does not hold before' 'refuses a token that does not hold yet' ES256 nbf=$((now + 300))
refuse_token 'is of another job: its run_id is' 'refuses the token of another job' ES256 'run_id="78"'
given ES256 exp=$((now - 30))
ok 'clocks may differ a little' ask ci
ask_options='{"token-variable": ["INTOTO_ID_TOKEN"], "leeway": ["0"]}'
refuses 1 'expired at' 'unless the user says that they may not' ask ci
ask_options='{"leeway": ["601"]}'
refuses 1 'want seconds, 0 to 600' 'nor may they differ by hours' ask ci
ask_options='{}'
ask_environment=("${github[@]}")
refuses 1 'there is no token of the job' 'keys without a token are no proof' ask ci
ask_inputs='[]'
ask_options='{"proof": ["oidc-verified"]}'
refuses 1 'no keys were given' 'nor is a proof that is wanted left out' ask ci
given ES256
ask_options='{}'
ok 'a token without keys proves nothing' ask ci
is "$(found .proof)" none 'and that is said'
ask_inputs="[$(input_of k/one.json)]"
ask_options='{"token-file": ["'"$PWD"'/file"]}'
tokens token "$PWD/k" nokid >file
ask_environment=("${github[@]}")
ok 'a token in a file proves, with the one key of a set' ask ci
echo x.y >file
refuses 1 'want three parts' 'a file without a token is refused' ask ci
for junk in '{' '[]' '{"keys": 1}' '{"keys": []}'; do
	printf %s "$junk" >set.json
	ask_inputs="[$(input_of set.json)]"
	tokens token "$PWD/k" RS256 >file
	refuses 1 failed "refuses the key set $junk" ask ci
done

# --- the network, on loopback ---
"$python" "$INTOTO_SOURCE/tests/attestors/tokens.py" serve "$PWD/k" "$PWD/port" 8>&- 9<&- &
server=$!
trap 'kill $server 2>/dev/null; tap_leave' EXIT
for _ in $(seq 100); do [ -e port ] || sleep 0.1; done
url=http://127.0.0.1:$(cat port)
ask_inputs='[]'
ask_options='{"jwks-url": ["'$url'/jwks"]}'
request=("ACTIONS_ID_TOKEN_REQUEST_URL=$url/token?a=b" ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-secret)
ask_environment=("${github[@]}" "${request[@]}")
refuses 1 'grant it with --attest-network ci' 'without the network no URL is asked' ask ci
ask_network=true
ok 'GitHub is asked for a token, and the URL for the keys' ask ci
is "$(found .proof)/$(found .oidc.tokenFrom)" oidc-verified/request 'which prove'
ok 'and the secret of the request is not recorded' lacks "$tap_top/answer" request-secret
ask_options='{"jwks-url": ["'$url'/jwks"], "audience": ["a b&c"]}'
ok 'the audience is asked for as it stands' ask ci
ask_environment=("${github[@]}" "${request[0]}" ACTIONS_ID_TOKEN_REQUEST_TOKEN=wrong)
refuses 1 'ci-fetch ended with status 1' 'a request that is refused is an error' ask ci
ask_environment=(TF_BUILD=True BUILD_BUILDURI=u "SYSTEM_OIDCREQUESTURI=$url/azure" SYSTEM_ACCESSTOKEN=request-secret)
ask_options='{"jwks-url": ["'$url'/jwks"]}'
refuses 1 'who issues the tokens of azure-pipelines' 'where the issuer is not known the user must say it' ask ci
ask_options='{"jwks-url": ["'$url'/jwks"], "issuer": ["https://vstoken.example"]}'
ok 'Azure is asked in its own way' ask ci
ask_environment=("${github[@]}" "${request[@]}")
for bad in moved big missing; do
	ask_options='{"jwks-url": ["'$url/$bad'"]}'
	refuses 1 'ci-fetch ended with status 1' "refuses a key set that is $bad" ask ci
done
fetch() {
	"$INTOTO_BUILD/attestors/ci/ci-fetch" "$@" </dev/null
}
refuses 1 'want an https URL' 'plain http goes to the machine itself only' fetch GET http://192.0.2.1/jwks
refuses 1 'want an https URL' 'a file is no key set of a URL' fetch GET file:///etc/passwd
refuses 1 'want an https URL' 'nor is a host that only looks like loopback' fetch GET http://127.0.0.1.example/
refuses 1 'without a user' 'nor a URL with a user' fetch GET https://u:p@127.0.0.1/

done_testing
