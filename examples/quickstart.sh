#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh checkout to a verified release of this very project, in one command:
#
#	./examples/quickstart.sh [--output FOLDER] [--no-install]
#	./examples/quickstart.sh --packages        print what would be installed, for apt, dnf, apk and brew
#
# Installs what is missing (apt), builds, makes keys for an owner and three functionaries, wraps three real
# steps (checkout, build, package), puts the release into a container image in a registry that it starts for
# itself, verifies the chain, signs the image because it passed, lets another tool verify that, and shows refusals.
set -euo pipefail

source_folder=$(cd "$(dirname "$0")/.." && pwd)
output=
install=yes
list=no
while [ $# -gt 0 ]; do
	case $1 in
	--output) output=${2:?--output wants a folder}; shift 2 ;;
	--no-install) install=no; shift ;;
	--packages) list=yes; shift ;;
	-h | --help) sed -n '3,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "quickstart.sh: unknown option '$1' (see --help)" >&2; exit 64 ;;
	esac
done

# --- telling the story -------------------------------------------------------------------------------
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m'; plain=$'\e[0m'; else bold=; plain=; fi
started=$SECONDS
say() { printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"; }
die() { printf '\nquickstart.sh: %s\n' "$*" >&2; exit 1; }
quietly() { # LOG COMMAND...: the output is shown only when the command fails
	local log=$1
	shift
	"$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; die "this failed: $* (everything it said: $log)"; }
}

packages() { # SYSTEM...
	for system in "$@"; do
		echo "  $system: $("$source_folder/tests/packages.sh" --print "$system" example)"
	done
}
if [ "$list" = yes ]; then
	packages apt dnf apk brew
	exit 0
fi

# --- 1. the machine ----------------------------------------------------------------------------------
say "1. The machine: what is needed"
if [ "$install" = no ]; then
	echo "  nothing is installed (--no-install)"
elif command -v apt-get >/dev/null; then
	"$source_folder/tests/packages.sh" --install example
	echo "  every package is there"
else
	echo "  there is no apt here; going on with what is installed.  What is needed:"
	packages dnf apk brew
fi
for tool in cc make git tar xz pkg-config autoreconf; do
	command -v "$tool" >/dev/null || die "$tool is missing; ./examples/quickstart.sh --packages prints what to install"
done

output=${output:-$(mktemp -d "${TMPDIR:-/tmp}/intoto-quickstart.XXXXXX")}
mkdir -p "$output"
output=$(cd "$output" && pwd)
[ -z "$(ls -A "$output")" ] || die "$output is not empty"
mkdir "$output"/{logs,keys,steps,links,verify,registry}

# --- 2. the program ----------------------------------------------------------------------------------
say "2. Build intoto"
build=$output/build
prefix=$output/prefix
mkdir "$build"
quietly "$output/logs/autogen" "$source_folder/autogen.sh"
(cd "$build" && quietly "$output/logs/configure" "$source_folder/configure" --prefix="$prefix")
quietly "$output/logs/make" make -C "$build" -j"$(nproc)" install
PATH=$prefix/bin:$PATH
intoto --version

# --- 3. the people -----------------------------------------------------------------------------------
say "3. Keys: the owner of the layout, and three functionaries (each key is encrypted)"
person() { # NAME KIND
	(umask 077 && head -c 24 /dev/urandom | base64 >"$output/keys/$1.passphrase")
	intoto key generate --type "$2" --passphrase-file "$output/keys/$1.passphrase" \
		--output "$output/keys/$1.pem" >"$output/logs/key-$1"
	printf '  %-6s %-11s %s\n' "$1" "$2" "$(intoto key id "$output/keys/$1.pem.pub")"
}
person owner ed25519
person alice ed25519
person bob ecdsa-p256
person carol rsa
as() { # NAME: the options that sign as NAME
	printf '%s\n' --signing-key "$output/keys/$1.pem" --passphrase-file "$output/keys/$1.passphrase"
}

# A key as cosign keeps it: cosign, podman and skopeo know what to do with it.
(umask 077 && head -c 24 /dev/urandom | base64 >"$output/keys/cosign.passphrase")
intoto key generate --format cosign --passphrase-file "$output/keys/cosign.passphrase" \
	--output "$output/keys/cosign.key" >"$output/logs/key-cosign"
printf '  %-6s %-11s %s\n' cosign ecdsa-p256 'signs images that passed the gate'

# --- a registry --------------------------------------------------------------------------------------
registry=
if command -v docker-registry >/dev/null && command -v umoci >/dev/null; then
	port=$((20000 + RANDOM % 20000))
	printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' \
		"$output/registry/data" $port >"$output/registry/config.yml"
	docker-registry serve "$output/registry/config.yml" >"$output/logs/registry" 2>&1 &
	trap "kill $! 2>/dev/null" EXIT
	for _ in {1..100}; do
		(: <>/dev/tcp/127.0.0.1/$port) 2>/dev/null && registry=127.0.0.1:$port && break
		sleep 0.1
	done
	[ -n "$registry" ] || die "docker-registry does not start (see $output/logs/registry)"
fi

# --- 4. the layout -----------------------------------------------------------------------------------
say "4. The layout: who may do what, and how the steps hang together"
version=$(sed -nE 's/^AC_INIT\(\[intoto\], \[([^]]+)\].*/\1/p' "$source_folder/configure.ac")
release=intoto-$version
layout=$output/root.layout
intoto layout init "$layout" --expires-in 30d --readme "The release of $release"
intoto layout add-step "$layout" checkout --key "$output/keys/alice.pem.pub" \
	--material-rule 'DISALLOW *' \
	--product-rule 'REQUIRE sources/configure.ac' \
	--product-rule 'CREATE sources/*' \
	--product-rule 'DISALLOW *'
intoto layout add-step "$layout" build --key "$output/keys/bob.pem.pub" \
	--material-rule 'MATCH sources/* WITH PRODUCTS FROM checkout' \
	--material-rule 'DISALLOW *' \
	--product-rule 'REQUIRE out/unit-tests.log' \
	--product-rule 'CREATE out/*' \
	--product-rule 'DISALLOW *'
# Two people make the tarball, each on their own, and must get the same bytes: threshold 2.
intoto layout add-step "$layout" package --threshold 2 \
	--key "$output/keys/carol.pem.pub" --key "$output/keys/alice.pem.pub" \
	--material-rule 'MATCH sources/* WITH PRODUCTS FROM checkout' \
	--material-rule 'MATCH out/* WITH PRODUCTS FROM build' \
	--material-rule 'DISALLOW *' \
	--product-rule "CREATE $release.tar.xz" \
	--product-rule 'DISALLOW *'
image=
if [ -n "$registry" ]; then
	image=$registry/intoto:$version
	intoto layout add-step "$layout" image --key "$output/keys/bob.pem.pub" \
		--material-rule "MATCH $release.tar.xz WITH PRODUCTS FROM package" \
		--material-rule 'DISALLOW *' \
		--product-rule "CREATE oci:$image" \
		--product-rule 'DISALLOW *'
fi
# What is unpacked from the tarball must be a file of the checkout, or one that autotools makes.
generated=(configure aclocal.m4 config.h.in 'Makefile.in' 'build-aux/*' m4/libtool.m4 'm4/lt*.m4')
unpacked=()
for name in "${generated[@]}"; do unpacked+=(--product-rule "CREATE $release/$name"); done
intoto layout add-inspection "$layout" unpack \
	--material-rule "REQUIRE $release.tar.xz" \
	--material-rule "MATCH $release.tar.xz WITH PRODUCTS FROM package" \
	--material-rule 'DISALLOW *' \
	--product-rule "MATCH $release.tar.xz WITH PRODUCTS FROM package" \
	--product-rule "MATCH * IN $release WITH PRODUCTS IN sources FROM checkout" \
	"${unpacked[@]}" \
	--product-rule 'DISALLOW *' \
	--run tar -xf "$release.tar.xz"
mapfile -t owner < <(as owner)
intoto sign -f "$layout" "${owner[@]}"
intoto layout show "$layout"

# --- 5. the steps ------------------------------------------------------------------------------------
mapfile -t alice < <(as alice)
mapfile -t bob < <(as bob)
mapfile -t carol < <(as carol)
cd "$output/steps"

say "5. Step checkout (alice, Ed25519): git brings the sources"
origin=$source_folder
if ! git -C "$origin" rev-parse --verify -q HEAD >/dev/null 2>&1; then
	origin=$output/origin # a release tarball has no history: give it one commit
	quietly "$output/logs/origin" sh -c '
		mkdir "$2" && cd "$1" && find . -name .git -prune -o -type f -print0 | tar -cf - --null -T - | tar -xf - -C "$2" &&
		cd "$2" && git init -q && git add -f -A &&
		git -c user.name=quickstart -c user.email=quickstart@localhost commit -qm release' sh "$source_folder" "$origin"
fi
intoto-run -n checkout -d "$output/links" "${alice[@]}" -p sources -- \
	git -c advice.detachedHead=false clone -q --no-hardlinks "$origin" sources
echo "  $(find sources -name .git -prune -o -type f -print | wc -l) files at commit $(git -C sources rev-parse --short HEAD)"

say "6. Step build (bob, ECDSA P-256): compile, run the unit tests"
intoto-run -n build -d "$output/links" -s "${bob[@]}" -m sources -p out -- \
	sh -euc '
		cp -R sources tree && cd tree && ./autogen.sh && ./configure && make -j"$(nproc)"
		make -j"$(nproc)" check-unit && make install DESTDIR="$PWD/../out"
		cp test-suite.log ../out/unit-tests.log' >"$output/logs/build" 2>&1 ||
	{ tail -n 40 "$output/logs/build" >&2; die "the build step failed (see $output/logs/build)"; }
sed -nE 's/^# ((TOTAL|PASS|FAIL|SKIP):.*)/  \1/p' "$output/logs/build"

say "7. Step package (carol, RSA-PSS; and again alice): make the release tarball, twice, on their own"
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git -C sources log -1 --format=%ct)
for who in carol alice; do
	declare -n options=$who
	rm -rf "tree-$who" "$release.tar.xz"
	intoto-run -n package -d "$output/links" "${options[@]}" -m sources out -p "$release.tar.xz" -- \
		sh -euc 'cp -R sources "$1" && (cd "$1" && ./autogen.sh && ./configure && make dist) && mv "$1/$2" .' \
		sh "tree-$who" "$release.tar.xz" >"$output/logs/package-$who" 2>&1 ||
		{ tail -n 40 "$output/logs/package-$who" >&2; die "the package step failed"; }
	echo "  $who: $(sha256sum "$release.tar.xz" | cut -c1-32)…  $release.tar.xz"
done

if [ -n "$image" ]; then
	say "8. Step image (bob): an image that holds the tarball, in a registry on this machine"
	build_image() { # FILE TAG: an OCI layout, and no engine
		rm -rf image && umoci init --layout image && umoci new --image "image:$2" &&
			umoci insert --rootless --image "image:$2" "$1" "/$release.tar.xz"
	}
	export -f build_image
	export release
	intoto-run -n image -d "$output/links" "${bob[@]}" -m "$release.tar.xz" -p "oci:$image" --insecure-registry -- \
		bash -euc 'build_image "$1" app && intoto image copy oci-layout:image:app "$2" --insecure-registry' \
		bash "$release.tar.xz" "$image" >"$output/logs/image" 2>&1 ||
		{ tail -n 40 "$output/logs/image" >&2; die "the image step failed"; }
	echo "  $(intoto image digest "$image" --insecure-registry)  $image"
else
	say "8. Step image: NOT DONE, since docker-registry or umoci is not installed"
fi

# --- 9. the gate -------------------------------------------------------------------------------------
say "9. The gate: intoto-verify"
verdict() { # in a fresh folder that holds nothing but the tarball
	rm -rf "$output/verify" && mkdir "$output/verify" && cp "$1" "$output/verify/$release.tar.xz"
	(cd "$output/verify" && intoto-verify --layout "$layout" --verification-keys "$output/keys/owner.pem.pub" \
		--link-dir "$2")
}
verdict "$output/steps/$release.tar.xz" "$output/links" || die "the untouched chain must pass"

# --- 10. the refusals ---------------------------------------------------------------------------------
flip() { # FILE OFFSET: changes one bit
	local byte
	byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	printf "$(printf '\\%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
refused() { # WHY TARBALL LINKS
	local status=0
	verdict "$2" "$3" || status=$?
	[ "$status" = 1 ] || die "$1 must be refused with status 1, was $status"
	echo "  (exit status 1)"
}

say "10. One byte of the product changes: refused"
mkdir "$output/tampered"
cp "$output/steps/$release.tar.xz" "$output/tampered/$release.tar.xz"
flip "$output/tampered/$release.tar.xz" "$(($(stat -c %s "$output/tampered/$release.tar.xz") / 2))"
refused "a changed tarball" "$output/tampered/$release.tar.xz" "$output/links"

say "11. One byte of a link changes: refused"
cp -R "$output/links" "$output/tampered/links"
link=$(ls "$output/tampered/links/"build.*.link)
flip "$link" 200
refused "a changed link" "$output/steps/$release.tar.xz" "$output/tampered/links"

# --- 12. the image -----------------------------------------------------------------------------------
sign_image() { # IMAGE: verifies the chain first, and signs only what it made
	(cd "$output/verify" && rm -rf "$release" && intoto image sign "$1" --layout "$layout" \
		--verification-keys "$output/keys/owner.pem.pub" --link-dir "$output/links" \
		--signing-key "$output/keys/cosign.key" --passphrase-file "$output/keys/cosign.passphrase" --insecure-registry)
}
# cosign's answer, or openssl's over the very payload that podman and skopeo read
another_tool() {
	local payload signature

	if command -v cosign >/dev/null; then
		cosign verify --key "$output/keys/cosign.key.pub" --insecure-ignore-tlog=true --allow-insecure-registry "$image" \
			>"$output/logs/cosign" 2>&1 || { cat "$output/logs/cosign" >&2; die "cosign refuses the image"; }
		echo "  cosign verify: $(sed -n 's/^ *- //p' "$output/logs/cosign" | tail -n 1)"
		return
	fi
	echo "  there is no cosign here, so openssl verifies the signature"
	intoto image save "$image" "$output/saved" --insecure-registry --quiet >"$output/logs/save"
	payload=$(grep -l '"critical"' "$output"/saved/blobs/sha256/* | head -n 1)
	signature=$(grep -ho '"dev.cosignproject.cosign/signature":"[^"]*"' "$output"/saved/blobs/sha256/* | head -n 1 | cut -d'"' -f4)
	printf %s "$signature" | base64 -d >"$output/logs/signature"
	echo "  openssl: $(openssl dgst -sha256 -verify "$output/keys/cosign.key.pub" -signature "$output/logs/signature" "$payload")"
}

if [ -n "$image" ]; then
	say "12. The gate signs the image: the chain passed, and the image is a product of it"
	verdict "$output/steps/$release.tar.xz" "$output/links" >"$output/logs/verdict" || die "the untouched chain must pass"
	sign_image "$image" || die "an image of the chain must be signed"
	intoto image verify "$image" --key "$output/keys/cosign.key.pub" --insecure-registry || die "and verified"
	another_tool

	say "13. Another image, which the chain did not make: not signed"
	(cd "$output/tampered" && quietly "$output/logs/other-image" build_image "$release.tar.xz" app &&
		quietly "$output/logs/other-image" intoto image copy oci-layout:image:app "$registry/intoto:other" --insecure-registry)
	status=0
	sign_image "$registry/intoto:other" || status=$?
	[ "$status" = 1 ] || die "an image that the chain did not make must be refused with status 1, was $status"
	echo "  (exit status 1)"
fi

# --- the end -----------------------------------------------------------------------------------------
say "Done in $((SECONDS - started)) seconds"
cat <<END
  passed    the chain as it was made: checkout, build, package (2 of 2), unpack
  refused   one byte changed in $release.tar.xz
  refused   one byte changed in $(basename "$link")
$([ -z "$image" ] || echo "  signed    the image that the chain made; not signed: another one")

  Everything is in $output:
    root.layout        the signed layout            intoto layout show root.layout
    links/             the signed record of each step
    keys/              keys and their passphrases (throw these away)
    steps/             the sources, the build, the tarball
    prefix/bin/        the programs                 PATH=$prefix/bin:\$PATH
  Verify again: cd $output/verify && rm -rf $release && intoto-verify -l ../root.layout \\
                  --verification-keys ../keys/owner.pem.pub --link-dir ../links --verbose
END
