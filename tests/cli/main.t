#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program itself: commands, help, version, completion, and what every command does alike.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# every_command NAME...: the words of all commands, one a line, from the help itself
commands_of() {
	intoto help "$@" | sed -n '/^commands:$/,/^$/s/^  \([a-z-]*\)  .*/\1/p'
}
all_commands() {
	local name child

	for name in $(commands_of); do
		echo "$name"
		for child in $(commands_of "$name"); do
			echo "$name $child"
		done
	done
}
all_commands >commands
ok 'there are commands' test -s commands

while read -r words; do
	ok "$words --help exits 0" intoto $words --help
	is "$(cat "$tap_stderr")" '' "$words --help says nothing on standard error"
	is "$(intoto help $words)" "$(cat "$tap_stdout")" "help $words says the same"
	intoto help --options-of="$words" >names
	names_all() {
		local name
		while read -r name; do
			grep -qE -- "(^|[ ,])$name([ ,]|\$)" help || { echo "no $name"; return 1; }
		done <names
	}
	intoto $words --help >help
	ok "$words --help names every option" names_all
	ok "$words --help tells the usage first" grep -q "^usage: intoto $words" help
	ok "$words --version prints the version" intoto $words --version
	refuses 64 "unknown option '--no-such-option'" "$words refuses an unknown option" \
		intoto $words --no-such-option
	is "$(wc -l <"$tap_out")" 1 "$words does so in one line"
	refuses 64 "(see 'intoto $words --help')" "$words shows the way to its help" \
		intoto $words --no-such-option
done <commands

# The same program by other names.
for name in run record verify sign match key layout; do
	grep -qx "$name" commands || continue
	ok "intoto-$name is intoto $name" cmp <(intoto-$name --help) <(intoto $name --help)
done

version=$(intoto version)
is "$(intoto --version)" "$version" '--version and version agree'
ok 'the version is that of the headers' grep -qF "\"${version#intoto }\"" \
	"$INTOTO_SOURCE/include/intoto/version.h"
refuses 64 "unexpected 'now'" 'version takes no operand' intoto version now
refuses 64 'want a command: ' 'no command is a mistake' intoto
refuses 64 "unknown command 'comlpetion', did you mean completion?" 'a slip is recognised' intoto comlpetion
refuses 64 "unknown command 'nothing-like-it' (see" 'nothing near is suggested' intoto nothing-like-it
refuses 64 "unknown command 'nothing-like-it'" 'help of an unknown command' intoto help nothing-like-it

# Standard streams that are full or closed.
full() { "$@" >/dev/full; }
closed() { "$@" >&-; }
refuses 74 'intoto: standard output: No space left on device' 'a full disk is seen by --help' full intoto --help
refuses 74 'intoto version: standard output: No space left' 'a full disk is seen by version' full intoto version
refuses 74 'standard output: ' 'a closed standard output is seen' closed intoto version
refuses 74 'standard output: ' 'a full disk is seen by completion' full intoto completion bash

# Completion: the scripts are made of the tables, and bash's is tried.
refuses 64 'want a shell: bash, fish or zsh' 'completion wants a shell' intoto completion
refuses 64 "unexpected 'tcsh'" 'completion knows three shells' intoto completion tcsh
for shell in bash fish zsh; do
	ok "completion for $shell" intoto completion $shell
	command -v $shell >/dev/null 2>&1 || continue
	intoto completion $shell >script
	ok "$shell accepts it" $shell -n script
done
cat >complete.bash <<'EOF'
source <(intoto completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_intoto 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
EOF
completes() {
	local want=$1
	shift
	bash complete.bash "$@" >completed
	grep -qxF -- "$want" completed || { echo "not offered: $want"; cat completed; return 1; }
}
touch 'a file.txt'
ok 'commands are completed' completes key intoto k
ok 'subcommands are completed' completes generate intoto key gen
ok 'subcommands behind the other name, too' completes generate intoto-key g
ok 'options are completed' completes --passphrase-file intoto key generate --pass
ok 'choices are completed' completes ecdsa-p256 intoto key generate --type ecdsa
ok 'choices behind = are completed' completes ecdsa-p256 intoto key generate --type = ecdsa
ok 'choices behind a letter are completed' completes rsa intoto-key generate -t r
ok 'file names are completed, with blanks' completes 'a file.txt' intoto sign -f 'a'
ok 'operands are files' completes 'a file.txt' intoto key show a
ok 'shells are completed' completes zsh intoto completion z
ok 'hidden options are not offered' not completes --options-of intoto help --opt
ok 'it registers every name' bash -c 'source <(intoto completion bash); complete -p intoto-sign' 

done_testing
