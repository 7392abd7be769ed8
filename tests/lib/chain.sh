# SPDX-License-Identifier: Apache-2.0
# Small chains by hand, for tests of what is said about them: sourced behind tap.sh.
#
#	chain_keys NAME...          makes NAME.pem, NAME.pem.pub; ${id[NAME]} ${object[NAME]}
#	step NAME KEYS THRESHOLD MATERIALS PRODUCTS    prints a step; KEYS are names, rules JSON lists
#	inspection NAME COMMAND MATERIALS PRODUCTS     prints an inspection
#	layout FILE SIGNER KEYS STEPS [INSPECTIONS]    writes and signs a layout; $expires may be set
#	link FOLDER STEP KEY MATERIALS PRODUCTS        writes and signs a link; artifacts JSON members
#	sha N                                          prints { "sha256": N in 64 digits }
declare -A id object

chain_keys() {
	local name

	for name in "$@"; do
		intoto key generate --type ed25519 --no-passphrase -o "$name.pem" >/dev/null || return
		id[$name]=$(intoto key id --keyid-style=legacy "$name.pem.pub")
		object[$name]=$(intoto key convert --to=json --keyid-style=legacy "$name.pem.pub")
	done
}

# key_ids NAME...: a JSON list without its brackets
key_ids() {
	local name comma=

	for name in "$@"; do
		printf '%s"%s"' "$comma" "${id[$name]}"
		comma=,
	done
}

step() {
	# shellcheck disable=SC2086 # names in one word
	printf '{"_type":"step","name":"%s","pubkeys":[%s],"threshold":%s,"expected_command":[],' \
		"$1" "$(key_ids $2)" "$3"
	printf '"expected_materials":[%s],"expected_products":[%s]}' "$4" "$5"
}

inspection() {
	printf '{"_type":"inspection","name":"%s","run":[%s],"expected_materials":[%s],"expected_products":[%s]}' \
		"$1" "$2" "$3" "$4"
}

layout() {
	local file=$1 signer=$2 name keys='' comma=''

	for name in $3; do
		keys=$keys$comma"\"${id[$name]}\":${object[$name]}"
		comma=,
	done
	printf '{"signatures":[],"signed":{"_type":"layout","expires":"%s","readme":"","keys":{%s},"steps":[%s],"inspect":[%s]}}\n' \
		"${expires:-2100-01-01T00:00:00Z}" "$keys" "$4" "${5-}" >layout.tmp &&
		mkdir -p "$(dirname "$file")" &&
		intoto sign -q --unchecked -f layout.tmp -k "$signer.pem" -o "$file"
}

sha() { printf '{"sha256":"%064d"}' "$1"; }

link() {
	printf '{"signatures":[],"signed":{"_type":"link","name":"%s","command":[],"materials":{%s},"products":{%s},"byproducts":{},"environment":{}}}\n' \
		"$2" "$4" "$5" >link.tmp && mkdir -p "$1" &&
		intoto sign -q --unchecked -f link.tmp -k "$3.pem" -o "$1/$2.${id[$3]:0:8}.link"
}
