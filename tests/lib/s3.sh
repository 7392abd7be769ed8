# SPDX-License-Identifier: Apache-2.0
# A real S3 server with object lock on loopback, for one test: Ceph's RADOS gateway over one monitor and
# one store in memory.  s3_start, then $AWS_ENDPOINT_URL, $AWS_ACCESS_KEY_ID and
# $AWS_SECRET_ACCESS_KEY are set; s3_bucket NAME [lock]; s3_stop.  Takes some 20 seconds, and root.
# Source it behind tap.sh.

s3_is_there() {
	local program

	[ "$(id -u)" -eq 0 ] || return 1
	for program in ceph-mon ceph-osd ceph-authtool monmaptool ceph radosgw radosgw-admin uuidgen; do
		command -v "$program" >/dev/null || return 1
	done
}

# s3_request METHOD PATH [CURL'S ARGUMENTS]: by another signer than ours, without a body
s3_request() {
	local method=$1 path=$2
	shift 2
	curl -sS -m 30 -X "$method" -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		"$@" "$AWS_ENDPOINT_URL$path"
}

s3_bucket() {
	if [ "${2-}" = lock ]; then
		s3_request PUT "/$1" -H 'x-amz-bucket-object-lock-enabled: true' -f >/dev/null
	else
		s3_request PUT "/$1" -f >/dev/null
	fi
}

s3_start() {
	local id ports secret osd root='--setuser root --setgroup root'

	s3_folder=$(mktemp -d) || return 1
	trap s3_leave EXIT
	mkdir -p "$s3_folder/run" "$s3_folder/mon" "$s3_folder/osd/0"
	id=$(uuidgen)
	ports=$((20000 + RANDOM % 20000))
	cat >"$s3_folder/ceph.conf" <<CONF
[global]
fsid = $id
mon host = [v2:127.0.0.1:$ports,v1:127.0.0.1:$((ports + 1))]
run dir = $s3_folder/run
crash dir = $s3_folder/run
pid file = $s3_folder/run/\$type.\$id.pid
admin socket = $s3_folder/run/\$type.\$id.asok
log file = $s3_folder/run/\$type.\$id.log
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd objectstore = memstore
mon data = $s3_folder/mon
osd data = $s3_folder/osd/\$id
keyring = $s3_folder/keyring
[client]
rgw frontends = beast endpoint=127.0.0.1:$((ports + 2))
CONF
	# shellcheck disable=SC2086 # words
	{
		set -- -c "$s3_folder/ceph.conf"
		ceph-authtool -C "$s3_folder/keyring" --gen-key -n mon. --cap mon 'allow *'
		ceph-authtool "$s3_folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
		ceph-authtool "$s3_folder/keyring" --gen-key -n client.rgw.r --cap mon 'allow rw' --cap osd 'allow rwx'
		monmaptool --create --fsid "$id" --addv a "[v2:127.0.0.1:$ports,v1:127.0.0.1:$((ports + 1))]" "$s3_folder/monmap"
		ceph-mon "$@" --mkfs -i a --monmap "$s3_folder/monmap" --keyring "$s3_folder/keyring" $root
		ceph-mon "$@" -i a $root
		secret=$(ceph-authtool --gen-print-key) osd=$(uuidgen)
		echo "{\"cephx_secret\":\"$secret\"}" | ceph "$@" osd new "$osd" -i -
		ceph-authtool "$s3_folder/keyring" --name osd.0 --add-key "$secret"
		ceph-osd "$@" -i 0 --mkfs --osd-uuid "$osd" $root
		ceph-osd "$@" -i 0 $root
		radosgw "$@" -n client.rgw.r $root
	} >"$s3_folder/start.log" 2>&1
	export AWS_ENDPOINT_URL=http://127.0.0.1:$((ports + 2)) AWS_ACCESS_KEY_ID=tester AWS_SECRET_ACCESS_KEY=secret-of-the-test
	for _ in $(seq 200); do
		curl -m 2 -s -o /dev/null "$AWS_ENDPOINT_URL" && break
		sleep 0.3
	done
	radosgw-admin -c "$s3_folder/ceph.conf" user create --uid=test --display-name=test \
		--access-key="$AWS_ACCESS_KEY_ID" --secret-key="$AWS_SECRET_ACCESS_KEY" >>"$s3_folder/start.log" 2>&1
}

# What tap.sh does at the end comes behind it.
s3_leave() {
	local status=$?

	s3_stop
	(exit $status)
	tap_leave
}

s3_stop() {
	[ -n "${s3_folder-}" ] || return 0
	cat "$s3_folder"/run/*.pid 2>/dev/null | xargs -r kill -KILL 2>/dev/null
	rm -rf "$s3_folder"
	s3_folder=
}
