#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor "slsa": provenance of a step, with and without a repository and a CI system.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/attestors/ask.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
found() {
	jq -r ".statements[0].predicate$1" "$tap_top/answer"
}
# step STATUS: the request has a step that ended so
step() {
	ask_more='"step": {"name": "build", "command": ["make", "all"], "started": "1790000000000000000", "finished": "1790000060500000000", "status": '$1'}, "materials": [{"name": "src/a.c", "digest": {"sha256": "'$(printf a | sha256sum | cut -c1-64)'"}}],'
}
step 0
mkdir -p plain
ok 'a step has a provenance' ask slsa "$PWD/plain"
is "$(jq -r '.statements[0].predicateType' "$tap_top/answer")" https://slsa.dev/provenance/v1 'of the type that all read'
is "$(found '.buildDefinition|"\(.buildType) \(.externalParameters.step) \(.externalParameters.command|join(" "))"')" \
	'https://in-toto.io/intoto/run/v1 build make all' 'with the command as external parameters'
is "$(found '.buildDefinition.resolvedDependencies|map(.name)|join(" ")')" src/a.c 'the materials as dependencies'
is "$(found .runDetails.builder.id)" https://in-toto.io/intoto/builder/unverified-local 'a builder that is nobody'
is "$(found '.runDetails.metadata|"\(.startedOn) \(.finishedOn)"')" '2026-09-21T14:13:20Z 2026-09-21T14:14:20Z' 'and the times'
ok 'the run has a name of its own' eval '[[ $(found .runDetails.metadata.invocationId) =~ ^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]'

git init -q -b main repo && echo 1 >repo/f && git -C repo add f &&
	git -C repo -c user.name=A -c user.email=a@b commit -qm 1 && git -C repo remote add origin https://joe:secret@example.org/app.git
ask_environment=(GITLAB_CI=true CI_JOB_URL=https://gitlab.example/job/7)
ask_options='{"builder-id": ["https://example.org/builder"], "parameter": ["target=x86=64", "level=2"]}'
ok 'in a repository it names the source' ask slsa "$PWD/repo"
is "$(found '.buildDefinition.resolvedDependencies[0]|"\(.uri) \(.digest.gitCommit)"')" \
	"git+https://example.org/app.git@refs/heads/main $(git -C repo rev-parse HEAD)" 'by URI, reference and commit'
is "$(found .runDetails.metadata.invocationId)" https://gitlab.example/job/7 'the run by what the CI system calls it'
is "$(found .runDetails.builder.id)" https://example.org/builder 'the builder as the user says'
is "$(found '.buildDefinition.externalParameters|"\(.target) \(.level)"')" 'x86=64 2' 'and further parameters'
ok 'no password is in it' lacks "$tap_top/answer" secret

ask_options='{"parameter": ["a=1", "a=2"]}'
refuses 1 'a name is there twice' 'a parameter cannot be there twice' ask slsa "$PWD/repo"
ask_options='{"parameter": ["command=x"]}'
refuses 1 'another name than command' 'nor stand for the command' ask slsa "$PWD/repo"
ask_options='{"builder-id": ["me"]}'
refuses 1 'want a URI' 'a builder is a URI' ask slsa "$PWD/repo"
ask_options='{}'
step 2
refuses 1 'no provenance of a build that failed' 'a step that failed has none' ask slsa "$PWD/repo"
ask_more='"step": null,'
refuses 1 'step' 'nor has what is no step' ask slsa "$PWD/repo"

done_testing
