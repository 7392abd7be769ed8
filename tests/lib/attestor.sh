# SPDX-License-Identifier: Apache-2.0
# For tests of an attestor without its host; after tap.sh:
#
#	attestor=NAME                          which one
#	request [FILE...] [NAME=VALUE...]      prints the request for these inputs and options
#	attest [FILE...] [NAME=VALUE...]       runs it; its answer is in the file "answer"; fails when
#	                                       the outcome is "failed", with the reason
#	of JQ                                  prints what jq finds in the answer's first predicate
#
# step_started=NANOSECONDS in the environment makes it a request of a step.

request() {
	# The host computes it; an attestor cannot.
	local tap_digest=0000000000000000000000000000000000000000000000000000000000000000
	local -A values=()
	local each inputs='' options='' step=null size modified

	for each; do
		case $each in
		*=*)
			values[${each%%=*}]=${values[${each%%=*}]-}${values[${each%%=*}]+,}\"${each#*=}\"
			continue
			;;
		esac
		read -r size modified < <(stat -c '%s %.9Y' "$each")
		modified=${modified/./}
		inputs="$inputs${inputs:+,}{\"name\":\"$each\",\"path\":\"$PWD/$each\",\"sha256\":\"$tap_digest\",\"size\":$size,\"modified\":\"$modified\"}"
	done
	for each in "${!values[@]}"; do
		options="$options${options:+,}\"$each\":[${values[$each]}]"
	done
	[ -z "${step_started-}" ] ||
		step="{\"name\":\"build\",\"command\":[\"make\"],\"started\":\"$step_started\",\"finished\":\"$step_started\",\"status\":0}"
	printf '{"protocol":1,"folder":"%s","step":%s,"inputs":[%s],"options":{%s},"network":false,"deadline":60,"subjects":[]%s}' \
		"$PWD" "$step" "$inputs" "$options" "${request_more-}"
}

attest() {
	request "$@" >request.json
	"$INTOTO_BUILD/attestors/$attestor/$attestor" attest <request.json >answer || return
	jq -er '.reason // empty, .notes[], if .outcome == "ok" then true else false end' answer
}

of() {
	jq -cr ".statements[0].predicate | $1" answer
}
