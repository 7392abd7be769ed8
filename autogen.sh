#!/bin/sh
# Makes ./configure from configure.ac; run it once after a fresh clone.
set -eu
cd "$(dirname "$0")"
for tool in autoreconf automake libtoolize pkg-config; do
	command -v "$tool" >/dev/null 2>&1 || {
		echo "autogen.sh: $tool is not installed (examples/quickstart.sh --packages prints what is needed)" >&2
		exit 69
	}
done
exec autoreconf --install --force --warnings=all
