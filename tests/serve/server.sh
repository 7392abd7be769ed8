# SPDX-License-Identifier: Apache-2.0
# A store server on the loopback interface; sourced behind tap.sh.
#
#	server_keys                   makes server.key, server.crt
#	server_start OPTION...        over HTTPS on a free port: $url, $server (its process), server.err
#	server_stop                   by SIGTERM; its exit status is $server_status
#	ask [CURL-OPTION...] PATH     prints the answer; its status is in the file status
#	asked STATUS ARGUMENT...      as ask, and is true when the status is that one
#	tokens                        makes tokens.json and ${token[NAME]} for reader, writer, admin and old

command -v openssl >/dev/null || skip_all 'there is no openssl program'
command -v curl >/dev/null || skip_all 'there is no curl'
command -v jq >/dev/null || skip_all 'there is no jq'

store=${INTOTO_TEST_STORE_PROGRAM:-$INTOTO_BUILD/tests/serve/intoto}
server=
declare -A token

server_keys() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.crt -days 2 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
}

tokens() {
	local name

	for name in reader:read writer:write both:read,write admin:admin; do
		token[${name%:*}]=$("$store" store token create --tokens tokens.json --name "${name%:*}" --rights "${name#*:}" \
			2>/dev/null) || return
	done
}

server_scheme=https
server_start() {
	local i

	rm -f server.err
	mkdir -p spool
	if [ -z "${INTOTO_TEST_STORE_PROGRAM-}" ]; then
		mkdir -p place # the store is in memory
	elif ! [ -e place ]; then
		"$store" store init --store place >place.vkey || return
	fi
	if [ "$server_scheme" = http ]; then
		set -- --insecure-http "$@"
	else
		set -- --certificate server.crt --key server.key "$@"
	fi
	"$store" store serve --store place --listen 127.0.0.1:0 --spool spool --audit-log audit.log "$@" 2>server.err &
	server=$!
	for ((i = 0; i < 100; i++)); do
		url=$(sed -n 's/^intoto store serve: listening on //p' server.err)
		[ -z "$url" ] || return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.05
	done
	cat server.err
	return 1
}

server_stop() {
	[ -n "$server" ] || return 0
	kill -TERM "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server_status=$?
	server=
	# A sanitizer's finding is an exit status, too.
	[ "$server_status" = 0 ] || ok 'the server ends well' cat server.err /nonexistent
}
trap 'server_stop; tap_leave' EXIT

ask() {
	local path=${!#}

	curl -sS --max-time 20 --cacert server.crt -o answer -D headers -w '%{http_code}' "${@:1:$#-1}" "$url$path" >status 2>curl.err
	cat answer
}

asked() {
	local want=$1
	shift

	rm -f answer
	: >answer
	ask "$@"
	[ "$(cat status)" = "$want" ] && return
	echo "status $(cat status), want $want; $(cat curl.err)"
	return 1
}
as() { printf 'Authorization: Bearer %s' "${token[$1]}"; }
