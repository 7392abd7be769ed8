#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Many write the list of what refers to one image at once, against docker-registry, which guards
# nothing: whoever was told that his entry is there finds it there.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/client.sh"

registry_start
app=$registry/app
subject=sha256:$(printf subject | sha256sum | cut -c -64)
writers=12
empty_blob "$app"
for number in $(seq $writers); do referrer "writer$number" "$subject"; done
referrers() {
	client "$app" referrers "$subject" | cut -d' ' -f2 | sort | xargs
}

pids=()
for number in $(seq $writers); do
	client "$app" attach "writer$number" 2>"said$number" &
	pids+=($!)
done
lost=0
for pid in "${pids[@]}"; do wait "$pid" || lost=$((lost + 1)); done
is "$lost" 0 "$writers writers at once are all told that theirs is there"
[ $lost -eq 0 ] || diag "$(cat said*)"
is "$(referrers)" "$(seq -f 'text/writer%g' $writers | sort | xargs)" 'and all are there'
ok 'not because they came one after the other' test "$(registry_requests PUT)" -gt $((2 * writers + 1))

# Half go while others come.
pids=()
for number in $(seq 5); do
	client "$app" detach "$subject" "sha256:$(sha256sum <"writer$number" | cut -c -64)" 2>"said$number" &
	pids+=($!)
	referrer "late$number" "$subject"
	client "$app" attach "late$number" 2>"said_late$number" &
	pids+=($!)
done
lost=0
for pid in "${pids[@]}"; do wait "$pid" || lost=$((lost + 1)); done
is "$lost" 0 'five that go while five come are all told so'
[ $lost -eq 0 ] || diag "$(cat said*)"
is "$(referrers)" "$({ seq -f 'text/writer%g' 6 $writers; seq -f 'text/late%g' 5; } | sort | xargs)" 'and so it is'

# A blob that all have at once is there once, and whole.
blob big 1000000
pids=()
lost=0
for number in $(seq 5); do
	client "$app" push "$big" big &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || lost=$((lost + 1)); done
is "$lost" 0 'five that put one blob at once all succeed'
ok 'and it is as it is' got "$app" "$big" big

done_testing
