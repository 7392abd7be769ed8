# SPDX-License-Identifier: Apache-2.0
# Asks an attestor of the build as the host does, without its sandbox.
#
#	ask NAME [FOLDER]      the request is made of these, which are JSON:
#	ask_inputs ask_options ask_network ask_more ('"step": …,' members more, with their comma)
#
# The environment is cleaned but for what stands in ask_environment (words NAME=VALUE).  Prints the
# answer, also into $tap_top/answer, and fails when the outcome is not ok.
ask_inputs='[]' ask_options='{}' ask_network=false ask_more='"step": null,'
ask_environment=()

# input_of FILE: as the host describes one
input_of() {
	printf '{"name": "%s", "path": "%s", "sha256": "%s", "size": %d, "modified": "%s"}' "$1" "$(realpath "$1")" \
		"$(sha256sum <"$1" | cut -c1-64)" "$(stat -c %s "$1")" \
		"$(python3 -c 'import os, sys; print(os.stat(sys.argv[1]).st_mtime_ns)' "$1")"
}

ask() {
	local name=$1 folder=${2-$PWD} answer

	answer=$(printf '{"protocol": 1, "folder": "%s", %s "inputs": %s, "options": %s, "network": %s, "deadline": 60, "subjects": []}' \
		"$folder" "$ask_more" "$ask_inputs" "$ask_options" "$ask_network" |
		env -i PATH="$PATH" LANG=C.UTF-8 TZ=UTC ASAN_OPTIONS="${ASAN_OPTIONS-}" LSAN_OPTIONS="${LSAN_OPTIONS-}" \
			"${ask_environment[@]+"${ask_environment[@]}"}" \
			timeout 60 "$INTOTO_BUILD/attestors/$name/$name" attest) || return 70
	printf '%s\n' "$answer" | tee "$tap_top/answer"
	[ "$(jq -r .outcome <<<"$answer")" = ok ]
}
