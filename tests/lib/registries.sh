#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Registries on free ports of the loopback interface, and images to put there; sourced after tap.sh.
#
#	registry_start [OPTION...]      starts one and sets
#		$registry                       127.0.0.1:PORT
#		$registry_pid $registry_log     its process; its log
#		$registry_root                  where it keeps what it got
#	                                Several: copy $registry before the next is started.
#		--strict                        registry.py of ours, which has the referrers API, instead of
#		                                docker-registry, which has not; what follows a further -- is for it
#		--tls                           https with a certificate of $registry_ca
#		--client-certs                  and who comes needs one of that authority, too
#		--htpasswd                      basic authentication
#		--token                         tokens of a server beside it (its log: $registry_token_log), which
#		                                lets everybody pull
#	registry_stop [PID]             stops the last one, or that one, before the end
#	registry_again                  starts the last docker-registry again on its port, with what it had
#	registry_cut LINE...            a way to the last one that cuts connections ("up BYTES", "down BYTES", one
#	                                after the other), at the address $registry_cut
#	registry_fault [LINE...]        what the last --strict one does wrong from now on (see registry.py);
#	                                nothing: all is well again
#	registry_requests [METHOD]      how many requests the last one has got
#
# Users where there are any: writer (password "secret") may do all, reader ("known") may pull.  The
# authority: $registry_ca, with $registry_cert and $registry_key for a client of its own.
#
#	image_make FOLDER [TAG [TEXT]]  an OCI layout with an image whose one file holds TEXT, by umoci; more
#	                                images when it is called again with other tags; sets $image_digest
#	image_index FOLDER TAG CHILD... an index of the tags that are there (linux on amd64, arm64, arm,
#	                                s390x); sets $image_digest
#	image_push FOLDER TAG HOST/NAME:TAG [SKOPEO OPTION...]  puts it there by skopeo
#	image_digest FOLDER TAG         prints the digest of what a layout calls so
#
# All of it ends with the test.

for registry_program in docker-registry umoci htpasswd openssl python3 curl jq; do
	command -v $registry_program >/dev/null || skip_all "there is no $registry_program"
done

registry_work=$tap_top/registries
registry_count=0
registry_pids=()
registry_ca=$registry_work/ca.pem
registry_cert=$registry_work/client.pem
registry_key=$registry_work/client.key
mkdir -p "$registry_work"

registry_leave() {
	local status=$?

	[ ${#registry_pids[@]} -eq 0 ] || kill "${registry_pids[@]}" 2>/dev/null
	wait 2>/dev/null
	(exit $status)
	tap_leave
}
trap registry_leave EXIT

# registry_certify NAME EXTENSION...: a key and a certificate of the authority
registry_certify() {
	local name=$1
	shift

	printf '%s\n' "$@" >"$registry_work/$name.ext"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$registry_work/$name.key" \
		-subj "/CN=$name" -out "$registry_work/$name.csr" 2>/dev/null &&
		openssl x509 -req -in "$registry_work/$name.csr" -CA "$registry_ca" -CAkey "$registry_work/ca.key" \
			-set_serial "0x$(openssl rand -hex 8)" -days 3650 -extfile "$registry_work/$name.ext" \
			-out "$registry_work/$name.pem" 2>/dev/null
}

registry_authority() {
	[ ! -e "$registry_work/server.pem" ] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$registry_work/ca.key" -out "$registry_ca" \
		-days 3650 -subj '/CN=authority of the tests' -addext 'keyUsage=critical,keyCertSign' 2>/dev/null &&
		registry_certify server 'subjectAltName=IP:127.0.0.1,DNS:localhost' 'extendedKeyUsage=serverAuth' &&
		registry_certify client 'extendedKeyUsage=clientAuth'
}

# registry_listening PID FILE: waits for "listening on HOST:PORT" and prints the port
registry_listening() {
	local port count=0

	while [ $((count += 1)) -lt 1000 ]; do
		port=$(sed -nE 's/.*listening on 127\.0\.0\.1:([0-9]+).*/\1/p' "$2" 2>/dev/null | head -1)
		[ -z "$port" ] || { echo "$port"; return 0; }
		kill -0 "$1" 2>/dev/null || break
		sleep 0.02
	done
	cat "$2" >&2
	return 1
}

# The users' server of tokens, before the registry that trusts it.
registry_tokens() {
	local pid secure=("$@")

	if [ ! -e "$registry_work/signer.pem" ]; then
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$registry_work/signer.key" -out "$registry_work/signer.pem" \
			-days 3650 -subj '/CN=signer of tokens' 2>/dev/null || return
	fi
	registry_token_log=$registry_folder/token.log
	python3 "$INTOTO_SOURCE/tests/lib/token_server.py" --key "$registry_work/signer.key" --cert "$registry_work/signer.pem" \
		--user writer:secret:pull,push,delete --user reader:known:pull --anonymous pull "${secure[@]}" \
		>"$registry_token_log" 2>&1 &
	pid=$!
	registry_pids+=($pid)
	registry_token=127.0.0.1:$(registry_listening $pid "$registry_token_log")
}

# registry_configure ADDRESS: writes config.yml of docker-registry
registry_configure() {
	local address=$1

	cat <<-YAML
		version: 0.1
		log: {level: info, accesslog: {disabled: false}}
		storage:
		  filesystem: {rootdirectory: $registry_root}
		  delete: {enabled: true}
		http:
		  addr: $address
	YAML
	if [ -n "$registry_tls" ]; then
		printf '  tls: {certificate: %s, key: %s%s}\n' "$registry_work/server.pem" "$registry_work/server.key" \
			"${registry_client_certs:+, clientcas: [$registry_ca]}"
	fi
	case $registry_auth in
	htpasswd) printf 'auth: {htpasswd: {realm: tests, path: %s}}\n' "$registry_folder/htpasswd" ;;
	token)
		printf 'auth: {token: {realm: "%s://%s/token", service: registry.test, issuer: tests, rootcertbundle: %s}}\n' \
			"http${registry_tls:+s}" "$registry_token" "$registry_work/signer.pem"
		;;
	esac
}

registry_serve() {
	registry_log=$registry_folder/log
	: >"$registry_log"
	OTEL_TRACES_EXPORTER=none docker-registry serve "$registry_folder/config.yml" >"$registry_log" 2>&1 &
	registry_pid=$!
	registry_pids+=($registry_pid)
	registry=127.0.0.1:$(registry_listening $registry_pid "$registry_log") || return
	registry_configure "$registry" >"$registry_folder/config.yml"
}

registry_start_docker() {
	if [ "$registry_auth" = htpasswd ]; then
		htpasswd -Bbn -C 4 writer secret >"$registry_folder/htpasswd" &&
			htpasswd -Bbn -C 4 reader known >>"$registry_folder/htpasswd" || return
	fi
	if [ "$registry_auth" = token ]; then
		# shellcheck disable=SC2086 # two words or none
		registry_tokens ${registry_tls:+--tls "$registry_work/server.pem" "$registry_work/server.key"} || return
	fi
	registry_configure 127.0.0.1:0 >"$registry_folder/config.yml"
	registry_serve
}

registry_start_strict() {
	local options=(--root "$registry_root")

	[ -z "$registry_tls" ] || options+=(--tls "$registry_work/server.pem" "$registry_work/server.key")
	[ -z "$registry_client_certs" ] || options+=(--client-ca "$registry_ca")
	[ "$registry_auth" != htpasswd ] || options+=(--user writer:secret --user reader:known)
	registry_log=$registry_folder/log
	python3 "$INTOTO_SOURCE/tests/lib/registry.py" "${options[@]}" "$@" >"$registry_log" 2>&1 &
	registry_pid=$!
	registry_pids+=($registry_pid)
	registry=127.0.0.1:$(registry_listening $registry_pid "$registry_log")
}

# shellcheck disable=SC2034 # for the tests
registry_start() {
	local kind=docker

	registry_tls= registry_client_certs= registry_auth=
	while [ $# -gt 0 ]; do
		case $1 in
		--strict) kind=strict ;;
		--tls) registry_tls=1 ;;
		--client-certs) registry_client_certs=1 ;;
		--htpasswd) registry_auth=htpasswd ;;
		--token) registry_auth=token ;;
		--) shift; break ;;
		*) diag "registry_start: what is $1?"; return 1 ;;
		esac
		shift
	done
	registry_count=$((registry_count + 1))
	registry_folder=$registry_work/$registry_count
	registry_root=$registry_folder/root
	mkdir -p "$registry_root" && { [ -z "$registry_tls" ] || registry_authority; } && registry_start_$kind "$@"
}

registry_stop() {
	local pid=${1-$registry_pid} one left=()

	kill "$pid"
	wait "$pid" 2>/dev/null
	for one in "${registry_pids[@]}"; do
		[ "$one" = "$pid" ] || left+=("$one")
	done
	registry_pids=("${left[@]}")
}

registry_again() {
	registry_serve
}

registry_cut() {
	printf '%s\n' "$@" >"$registry_folder/cuts"
	[ -z "${registry_cutting-}" ] || [ "$registry_cutting" != "$registry" ] || return 0
	registry_cutting=$registry
	python3 "$INTOTO_SOURCE/tests/lib/cutter.py" "$registry" "$registry_folder/cuts" >"$registry_folder/cutter" 2>&1 &
	registry_pids+=($!)
	registry_cut=127.0.0.1:$(registry_listening $! "$registry_folder/cutter")
}

# In place at once, and another file each time.
registry_fault() {
	printf '%s\n' "$@" >"$registry_root.faults.new" && mv "$registry_root.faults.new" "$registry_root.faults"
}

# Both kinds write lines of the common log format.
registry_requests() {
	grep -cE "\"${1-[A-Z]+} /v2/[^\"]* HTTP/" "$registry_log"
}

image_digest() {
	jq -er --arg tag "$2" '[.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $tag)][0].digest' \
		"$1/index.json"
}

# Without its folders of layers: umoci wants to be told when it is not root.
image_make() {
	local folder=$1 tag=${2-latest} text=${3-hello} root=()

	[ "$(id -u)" -eq 0 ] || root=(--rootless)
	printf '%s\n' "$text" >"$registry_work/file" || return
	{
		{ [ -e "$folder" ] || umoci init --layout "$folder"; } &&
			umoci new --image "$folder:$tag" &&
			umoci insert "${root[@]}" --image "$folder:$tag" "$registry_work/file" /file &&
			umoci config --image "$folder:$tag" --architecture amd64 --os linux --author tests
	} >"$registry_work/umoci.log" 2>&1 || { cat "$registry_work/umoci.log"; return 1; }
	image_digest=$(image_digest "$folder" "$tag")
}

image_index() {
	local folder=$1 tag=$2 architectures=(amd64 arm64 arm s390x) number=0 index='[]' child file
	shift 2

	for child in "$@"; do
		index=$(jq -c --arg tag "$child" --arg architecture "${architectures[$number]}" --argjson index "$index" \
			'$index + [[.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $tag)][0] |
				{mediaType, digest, size, platform: {architecture: $architecture, os: "linux"}}]' \
			"$folder/index.json") || return
		number=$((number + 1))
	done
	file=$registry_work/index
	jq -cnj --argjson index "$index" \
		'{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: $index}' >"$file" || return
	image_digest=sha256:$(sha256sum <"$file" | cut -c -64)
	cp "$file" "$folder/blobs/sha256/${image_digest#sha256:}" || return
	jq -c --arg tag "$tag" --arg digest "$image_digest" --argjson size "$(wc -c <"$file")" \
		'.manifests |= (map(select(.annotations["org.opencontainers.image.ref.name"] != $tag)) +
			[{mediaType: "application/vnd.oci.image.index.v1+json", $digest, $size,
				annotations: {"org.opencontainers.image.ref.name": $tag}}])' \
		"$folder/index.json" >"$registry_work/index.json" && cp "$registry_work/index.json" "$folder/index.json"
}

image_push() {
	local folder=$1 tag=$2 target=$3
	shift 3

	skopeo --insecure-policy copy --all --quiet --dest-tls-verify=false "$@" "oci:$folder:$tag" "docker://$target"
}
