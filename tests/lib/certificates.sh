#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Authorities and people with certificates, made by the openssl program; sourced after tap.sh.

command -v openssl >/dev/null || skip_all 'there is no openssl program'
here=$PWD

# key NAME [rsa|ec|ed25519]
key() {
	case ${2-ec} in
	rsa) openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
	ec) openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" ;;
	ed25519) openssl genpkey -algorithm ed25519 -out "$1.key" ;;
	esac 2>/dev/null
}
serial=0
# certify FILE ISSUER SUBJECT FROM UNTIL EXTENSION...: by ISSUER, or itself when that is FILE
certify() {
	local file=$1 issuer=$2 subject=$3 from=$4 until=$5
	shift 5
	printf '%s\n' "$@" >"$file.ext"
	openssl req -new -key "$file.key" -subj "$subject" -out "$file.csr" || return
	: >ca.txt
	rm -f ca.txt.attr
	serial=$((serial + 1))
	printf '%08X\n' "$serial" >ca.serial
	cat >ca.cnf <<-CNF
		[ca]
		default_ca = one
		[one]
		database = ca.txt
		serial = ca.serial
		new_certs_dir = .
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = optional
		organizationName = optional
		emailAddress = optional
	CNF
	if [ "$issuer" = "$file" ]; then
		openssl ca -batch -notext -config ca.cnf -selfsign -keyfile "$file.key" -in "$file.csr" -out "$file.pem" \
			-startdate "$from" -enddate "$until" -extfile "$file.ext"
	else
		openssl ca -batch -notext -config ca.cnf -keyfile "$issuer.key" -cert "$issuer.pem" -in "$file.csr" \
			-out "$file.pem" -startdate "$from" -enddate "$until" -extfile "$file.ext"
	fi
}
long='20200101000000Z 20900101000000Z'
# authority NAME [ISSUER]
authority() {
	# shellcheck disable=SC2086 # two dates
	key "$1" && certify "$1" "${2-$1}" "/CN=$1" $long 'basicConstraints=critical,CA:TRUE' \
		'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash'
}
# person NAME ISSUER SUBJECT ALTERNATIVE [KIND]
person() {
	# shellcheck disable=SC2086 # two dates
	key "$1" "${5-ec}" && certify "$1" "$2" "$3" $long 'basicConstraints=CA:FALSE' \
		'keyUsage=critical,digitalSignature' "subjectAltName=$4"
}

# Everybody that the scripts talk about.
make_people() {
	authority root && authority other && authority middle root &&
		person bob middle /CN=bob.example.com/O=Example URI:spiffe://example.com/build &&
		person carl middle /CN=carl/O=Example URI:spiffe://example.com/carl rsa &&
		person dora middle /CN=dora/O=Example URI:spiffe://example.com/dora ed25519 &&
		intoto key generate -o owner.key --no-passphrase && cat bob.pem middle.pem >bob.chain
}

# layout FILE CONSTRAINT [OPTION...]: one step, under both authorities; Metablock
layout() {
	local file=$1 constraint=$2
	shift 2
	rm -f "$file"
	intoto layout init "$file" --expires 2080-01-01T00:00:00Z --format=metablock &&
		intoto layout add-root "$file" root.pem other.pem &&
		intoto layout add-root "$file" --intermediate middle.pem &&
		intoto layout add-step "$file" build --quiet --cert-constraint "$constraint" "$@" \
			--product-rule 'CREATE out' --product-rule 'DISALLOW *' &&
		intoto sign -f "$file" -k owner.key
}
# links FOLDER KEY CERTIFICATE [OPTION...]
links() {
	local folder=$1 key=$2 cert=$3
	shift 3
	rm -rf work
	mkdir -p "$folder" work
	(cd work && intoto run -n build --signing-key "$here/$key" --cert "$here/$cert" -d "$here/$folder" -p . "$@" \
		-- sh -c 'echo >out')
}
verify() {
	local file=$1 folder=$2
	shift 2
	intoto verify -v -l "$file" --verification-keys owner.key.pub --link-dir "$folder" "$@"
}
# short.layout: as in-toto-golang reads one, and only a chain reaches its root
without_middle() {
	intoto layout init short.layout --expires 2080-01-01T00:00:00Z --format=metablock &&
		intoto layout add-root short.layout root.pem &&
		intoto layout add-step short.layout build --quiet --product-rule 'ALLOW *' --cert-constraint \
			"uri=spiffe://example.com/build organization=Example root=$root_id email= dns=" &&
		intoto sign -f short.layout -k owner.key
}
# make_authority ROOT NAME: an authority of timestamps, and how openssl ts is to work for it (tsa.cnf)
make_authority() {
	authority "$1" >/dev/null 2>&1
	# shellcheck disable=SC2086 # two dates
	key "$2" && certify "$2" "$1" "/CN=$2" $long 'basicConstraints=CA:FALSE' 'keyUsage=critical,digitalSignature' \
		'extendedKeyUsage=critical,timeStamping' >/dev/null 2>&1
	cat >tsa.cnf <<-'CNF'
		[tsa]
		default_tsa = one
		[one]
		serial = tsa.serial
		signer_digest = sha256
		default_policy = 1.2.3.4
		digests = sha256, sha512
		ess_cert_id_alg = sha256
	CNF
	echo 01 >tsa.serial
}
