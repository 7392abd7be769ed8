# SPDX-License-Identifier: Apache-2.0
# One small chain, the same for every tool: "write" makes sources whose names and whose output are
# awkward, "package" packs them, and the inspection "unpack" compares what comes out of the package.
# Sourced by the scripts beside it, after tap.sh.

# What the step "write" does, run by any wrapper: text with quotes, a tab, a backslash and umlauts on
# both streams, and files with such names.
cat >"$tap_top/bin/write-sources" <<'SCRIPT'
#!/bin/sh
printf 'wrote "two"\tfiles \\ gr\303\274n\n'
printf 'no warnings\n' >&2
mkdir -p src/deep
printf 'int x;\n' >src/a.c
printf 'quoted\n' >"src/deep/b \"c\" gr$(printf '\303\274')n.txt"
SCRIPT
# The same without a word: for a tool that cannot record a newline.
cat >"$tap_top/bin/write-silently" <<'SCRIPT'
#!/bin/sh
write-sources >/dev/null 2>&1
SCRIPT
chmod +x "$tap_top/bin/write-sources" "$tap_top/bin/write-silently"

pack='tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf demo.tar src'

# key_of_ours NAME TYPE: our key pair NAME.pem, NAME.pem.pub, and NAME.json as others want it
declare -A our_type=([rsa]=rsa [ecdsa]=ecdsa-p256 [ed25519]=ed25519)
key_of_ours() {
	intoto key generate --type "${our_type[$2]}" --no-passphrase -o "$1.pem" &&
		intoto key convert --to=json --keyid-style=legacy -o "$1.json" "$1.pem.pub"
}

# layout_of_ours OUT FORMAT STYLE EXPIRES OWNER FUNCTIONARY_KEY: signed
layout_of_ours() {
	intoto layout init "$1" --format="$2" --expires "$4" \
		--readme 'two "steps" \ one inspection: grün' &&
		intoto layout add-step "$1" write --keyid-style="$3" --key "$6" \
			--product-rule 'CREATE src/*' --product-rule 'DISALLOW *' &&
		intoto layout add-step "$1" package --keyid-style="$3" --key "$6" \
			--material-rule 'MATCH src/* WITH PRODUCTS FROM write' --material-rule 'DISALLOW *' \
			--product-rule 'CREATE demo.tar' --product-rule 'DISALLOW *' &&
		intoto layout add-inspection "$1" unpack \
			--material-rule 'MATCH demo.tar WITH PRODUCTS FROM package' --material-rule 'DISALLOW *' \
			--product-rule 'MATCH src/* WITH PRODUCTS FROM write' \
			--product-rule 'ALLOW demo.tar' --product-rule 'DISALLOW *' \
			--run tar -xf demo.tar &&
		intoto sign -f "$1" --keyid-style="$3" --signing-key "$5"
}

# steps_of_ours FOLDER FORMAT STYLE KEY: both links, and demo.tar, in FOLDER
steps_of_ours() (
	mkdir -p "$1" && cd "$1" &&
		intoto-run -n write -s --format="$2" --keyid-style="$3" --signing-key "$4" -p src -- write-sources &&
		# shellcheck disable=SC2086 # words
		intoto-run -n package -s --format="$2" --keyid-style="$3" --signing-key "$4" -m src -p demo.tar -- $pack
)

# in_fresh_folder PRODUCT_FOLDER COMMAND...: runs a verifier in a folder with demo.tar alone
in_fresh_folder() {
	local from=$1
	shift
	rm -rf fresh && mkdir fresh && cp "$from/demo.tar" fresh/ && (cd fresh && "$@")
}

# spoil FILE SED: changes a file, and fails when nothing changed
spoil() {
	cp "$1" "$1.before" && sed -i "$2" "$1" && not cmp -s "$1" "$1.before" && rm "$1.before"
}
