# SPDX-License-Identifier: Apache-2.0
# Gives a report to an attestor of the build as the host does, without its sandbox.
#
#	attest NAME FILE [OPTIONS [STARTED]]    prints the answer, also into $tap_top/answer; fails with
#	                                        status 1 when the outcome is not ok.  OPTIONS are JSON,
#	                                        STARTED is when the step began, in nanoseconds.
#	told FILTER                             what jq finds in the last answer
attest() {
	local name=$1 file=$2 options=${3-'{}'} started=${4-} step=null

	[ -z "$started" ] ||
		step='{"name": "build", "command": ["make"], "started": "'$started'", "finished": "'$started'", "status": 0}'
	printf '{"protocol": 1, "folder": "%s", "step": %s, "inputs": [{"name": "%s", "path": "%s", "sha256": "%s", "size": %d, "modified": "%s"}], "options": %s, "network": false, "deadline": 60, "subjects": []}' \
		"$PWD" "$step" "${file##*/}" "$(realpath "$file")" "$(sha256sum <"$file" | cut -c1-64)" \
		"$(stat -c %s "$file")" "$(stat -c %.9Y "$file" | tr -d .)" "$options" |
		timeout 60 "$INTOTO_BUILD/attestors/$name/$name" attest >"$tap_top/answer" || return 70
	cat "$tap_top/answer"
	[ "$(told .outcome)" = ok ]
}

told() {
	jq -r "$1" "$tap_top/answer"
}
