#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor "git" on repositories that git itself makes: commits, tags, signatures, local changes,
# and repositories that want something to be run or read elsewhere.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/attestors/ask.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git() {
	command git -c user.name=Ada -c user.email=ada@example.org -c protocol.file.allow=always -c init.defaultBranch=main "$@"
}
found() {
	jq -r ".statements[0].predicate$1" "$tap_top/answer"
}
# repository FOLDER [options of git init]
repository() {
	git init -q "${@:2}" "$1" && echo one >"$1/file" && git -C "$1" add file && git -C "$1" commit -qm 'The first'
}

# --- what a plain one says ---
repository plain
git -C plain remote add origin 'https://joe:secret@example.org/acme/app.git?private_token=secret#x'
git -C plain remote add up git@example.org:acme/app.git
git -C plain tag light
git -C plain tag -a v1 -m 'Release 1'
mkdir plain/below
ok 'a repository is read' ask git "$PWD/plain"
is "$(found .commit.id)/$(found .commit.tree)" "$(git -C plain rev-parse HEAD)/$(git -C plain rev-parse 'HEAD^{tree}')" \
	'commit and tree are what git says'
is "$(found .commit.author.name)/$(found .commit.committer.email)" Ada/ada@example.org 'with who made it'
is "$(found .head.branch)/$(found .head.detached)/$(found .objectFormat)" main/false/sha1 'and the branch'
is "$(found '.tags|map("\(.name) \(.annotated)")|join(",")')" 'light false,v1 true' 'both kinds of tags are told apart'
is "$(found '.remotes|map(.url)|join(" ")')" 'https://example.org/acme/app.git git@example.org:acme/app.git' \
	'remotes lose what is secret'
ok 'wherever it stood' lacks "$tap_top/answer" secret
is "$(found .workTree.clean)" true 'nothing was changed'
ok 'from a folder below it is the same' ask git "$PWD/plain/below"
is "$(found .commit.id)" "$(git -C plain rev-parse HEAD)" 'the same commit'
ok 'a linked work tree is read' eval 'git -C plain worktree add -q "$PWD/linked" -b other && ask git "$PWD/linked"'
is "$(found .head.branch)/$(found .workTree.linked)" other/true 'with its own branch'
git -C plain checkout -q --detach
ok 'a detached HEAD is read' ask git "$PWD/plain"
is "$(found .head.detached)/$(found .head.branch)" true/null 'and has no branch'
git -C plain checkout -q main
git -C plain pack-refs --all
git -C plain gc -q
ok 'packed it is the same' ask git "$PWD/plain"
is "$(found .commit.id)/$(found .tags[1].name)" "$(git -C plain rev-parse HEAD)/v1" 'the same commit and tag'
git init -q empty
ok 'a branch without a commit is read' ask git "$PWD/empty"
is "$(found .commit)/$(found .head.branch)" null/main 'and has none'
refuses 1 'is a git repository' 'a folder without a repository is refused' ask git /
git clone -q --depth 1 "file://$PWD/plain" shallow
ok 'a shallow clone is read' ask git "$PWD/shallow"
is "$(found .shallow)" true 'and says so'

# --- local changes ---
# changed SENTENCE WANT: what "changes" says, and that the tree is not clean
changed() {
	ok "$1" ask git "$PWD/plain"
	is "$(found .workTree.clean) $(found '.workTree.changes|map(.path + ":" + (.state|join("+")))|join(" ")')" "$2" 'by its name'
}
echo two >>plain/file
changed 'a modified file is seen' 'false file:modified'
git -C plain add file
changed 'a staged one too' 'false file:staged'
git -C plain reset -q --hard
rm plain/file
changed 'a deleted one too' 'false file:deleted'
git -C plain reset -q --hard
echo x >plain/new
changed 'an untracked one too' 'false new:untracked'
echo new >plain/.git/info/exclude
changed 'what is ignored does not count' 'true '
rm plain/new plain/.git/info/exclude
touch -d '2 hours ago' plain/file
changed 'a file that was only touched is no change' 'true '

# --- submodules ---
repository inner
git -C plain submodule --quiet add "$PWD/inner" sub && git -C plain commit -qm 'With a submodule'
ok 'a submodule is read' ask git "$PWD/plain"
is "$(found .workTree.clean)/$(found .submodules[0].path)/$(found .submodules[0].state)" true/sub/same 'with its commit'
echo more >plain/sub/file
ok 'a change inside of it is seen' ask git "$PWD/plain"
is "$(found .workTree.clean)/$(found .workTree.changes[0].path)" false/sub/file 'by its whole name'
git -C plain/sub commit -qam 'Elsewhere'
ok 'another commit in it is seen' ask git "$PWD/plain"
is "$(found .workTree.clean)/$(found .submodules[0].state)" false/differs 'as one that differs'
git -C plain submodule --quiet update --force
ok 'the submodule by itself is a repository' ask git "$PWD/plain/sub"
is "$(found .commit.id)" "$(git -C inner rev-parse HEAD)" 'with its own commit'
git clone -q "$PWD/plain" bare.git --bare
ok 'a bare repository is read' ask git "$PWD/bare.git"
is "$(found .bare)/$(found .workTree)" true/null 'and has no work tree'

# --- SHA-256 ---
if repository wide --object-format=sha256 2>/dev/null; then
	git -C wide tag -a w1 -m wide
	ok 'a repository with SHA-256 ids is read' ask git "$PWD/wide"
	is "$(found .objectFormat)/$(found .commit.id)/$(found .workTree.clean)" \
		"sha256/$(git -C wide rev-parse HEAD)/true" 'with such ids'
	is "$(found .tags[0].name)/$(found .tags[0].namesItself)" w1/true 'its tags too'
	echo x >wide/new
	echo two >>wide/file
	ok 'its changes are seen' ask git "$PWD/wide"
	is "$(found '.workTree.changes|map(.path)|join(" ")')" 'file new' 'by their names'
	git -C wide config filter.evil.clean "touch $PWD/ran; cat"
	echo 'file filter=evil' >wide/.gitattributes
	ok 'one with filters is read' ask git "$PWD/wide"
	is "$(found .workTree.compared)/$(found .workTree.clean)" false/false 'but its files are not compared'
	ok 'and nothing was run' not test -e ran
	git -C wide config --unset filter.evil.clean
	git -C wide config core.fsmonitor "touch $PWD/ran"
	ok 'a monitor is not run' ask git "$PWD/wide"
	ok 'in SHA-256 repositories neither' not test -e ran
else
	skip 'this git makes no such repositories' 'SHA-256'
fi

# --- signatures ---
ssh-keygen -q -t ed25519 -N '' -C ada -f ada && ssh-keygen -q -t ecdsa -b 384 -N '' -C ec -f ec &&
	ssh-keygen -q -t rsa -b 2048 -N '' -C r -f rsakey && ssh-keygen -q -t ed25519 -N '' -C eve -f eve
# signs KEY ARGUMENTS…: git with an ssh key
signs() {
	git -C signed -c gpg.format=ssh -c user.signingkey="$PWD/$1" "${@:2}"
}
repository signed
for key in ada ec rsakey; do
	signs $key commit -q --allow-empty -S -m "By $key"
	ask_inputs='[]'
	ok "a commit that $key signed is read" ask git "$PWD/signed"
	is "$(found .commit.signature.format)/$(found .commit.signature.status)" ssh/unchecked 'without a key it is unchecked'
	ask_inputs="[$(input_of $key.pub)]"
	ok 'with its key it is checked' ask git "$PWD/signed"
	is "$(found .commit.signature.status)/$(found .commit.signature.key)" \
		"good/$(ssh-keygen -lf $key.pub | cut -d' ' -f2)" 'and good'
	ask_inputs="[$(input_of eve.pub)]"
	ok 'with another key it is checked' ask git "$PWD/signed"
	is "$(found .commit.signature.status)/$(found .commit.signature.key)" not-good/null 'and not good'
done
signs ada tag -s s1 -m 'Signed'
printf 'ada@example.org namespaces="git" %s\n' "$(cat ada.pub)" >allowed
ask_inputs="[$(input_of allowed)]"
ok 'a signed tag is read with a file of allowed signers' ask git "$PWD/signed"
is "$(found .tags[0].signature.status)/$(found .tags[0].signature.signer)" good/ada@example.org 'and good, with who'
printf 'ada@example.org namespaces="file" %s\n' "$(cat ada.pub)" >allowed
ask_inputs="[$(input_of allowed)]"
refuses 1 'no key in it for git' 'a key for something else is none' ask git "$PWD/signed"
echo 'not a key at all' >allowed
ask_inputs="[$(input_of allowed)]"
refuses 1 'neither an ssh key' 'a file without keys is refused' ask git "$PWD/signed"
# the same signature under another message
ask_inputs="[$(input_of rsakey.pub)]"
forged=$(git -C signed cat-file commit HEAD | sed 's/^By rsakey$/By nobody/' | git -C signed hash-object -t commit -w --stdin)
git -C signed update-ref refs/heads/main "$forged"
ok 'a commit with a borrowed signature is read' ask git "$PWD/signed"
is "$(found .commit.signature.status)" not-good 'and not good'

if command -v gpg >/dev/null; then
	export GNUPGHOME=$tap_top/g
	mkdir -m 700 "$GNUPGHOME"
	trap 'gpgconf --homedir "$GNUPGHOME" --kill all >/dev/null 2>&1; tap_leave' EXIT
	for name in bob mallory; do
		gpg --batch --quiet --no-greeting --pinentry-mode loopback --passphrase '' --quick-generate-key \
			"$name <$name@example.org>" ed25519 sign 0 >/dev/null 2>&1
		gpg --batch --armor --export "<$name@example.org>" >$name.asc
	done
	repository pgp
	git -C pgp -c user.signingkey=bob@example.org commit -q --allow-empty -S -m 'By bob' 2>/dev/null
	git -C pgp -c user.signingkey=bob@example.org tag -s p1 -m 'Signed' 2>/dev/null
	ask_inputs='[]'
	ok 'a commit that gpg signed is read' ask git "$PWD/pgp"
	is "$(found .commit.signature.status)/$(found .tags[0].signature.status)" unchecked/unchecked 'without a key it is unchecked'
	ask_inputs="[$(input_of bob.asc)]"
	ok 'with the OpenPGP key it is checked' ask git "$PWD/pgp"
	is "$(found .commit.signature.status)/$(found .tags[0].signature.status)" good/good 'and good, as is the tag'
	is "$(found .commit.signature.key)" "$(gpg --batch --with-colons --list-keys bob@example.org | awk -F: '/^fpr/ { print tolower($10); exit }')" \
		'and names the fingerprint'
	ask_inputs="[$(input_of mallory.asc)]"
	ok 'with another OpenPGP key it is checked' ask git "$PWD/pgp"
	is "$(found .commit.signature.status)" not-good 'and not good'
	forged=$(git -C pgp cat-file commit HEAD | sed 's/^By bob$/By nobody/' | git -C pgp hash-object -t commit -w --stdin)
	git -C pgp update-ref refs/heads/main "$forged"
	ask_inputs="[$(input_of bob.asc)]"
	ok 'a commit with a borrowed OpenPGP signature is read' ask git "$PWD/pgp"
	is "$(found .commit.signature.status)" not-good 'and not good'
else
	skip 'gpg is not installed' 'OpenPGP'
fi
ask_inputs='[]'

# --- hostile ones ---
repository evil
git -C evil config core.fsmonitor "touch $PWD/ran"
git -C evil config core.hooksPath "$PWD/hooks"
git -C evil config filter.evil.clean "touch $PWD/ran; cat"
git -C evil config filter.evil.process "touch $PWD/ran"
git -C evil config core.pager "touch $PWD/ran"
git -C evil config gpg.program "$PWD/gpg"
git -C evil config diff.external "touch $PWD/ran"
git -C evil config core.sshCommand "touch $PWD/ran"
printf '#!/bin/sh\ntouch %s\n' "$PWD/ran" >gpg
mkdir hooks && cp gpg hooks/post-checkout && cp gpg hooks/reference-transaction && chmod +x gpg hooks/*
echo '* filter=evil diff=evil' >evil/.gitattributes
echo two >>evil/file
ok 'a repository full of commands is read' ask git "$PWD/evil"
ok 'and none of them was run' not test -e ran
is "$(found '.workTree.changes|map(.path)|join(" ")')" '.gitattributes file' 'its changes are seen all the same'
rm evil/.gitattributes
git -C evil checkout -q -f
mkfifo outside
git config --file evil/.git/config include.path "$PWD/outside"
git config --file evil/.git/config core.excludesFile "$PWD/outside"
git config --file evil/.git/config core.attributesFile "$PWD/outside"
ok 'settings of other files are not read' ask git "$PWD/evil"
repository other
echo "$PWD/other/.git/objects" >evil/.git/objects/info/alternates
refuses 1 'names objects outside of the repository' 'objects of another repository are not read' ask git "$PWD/evil"
rm evil/.git/objects/info/alternates
mkdir thief
echo "gitdir: $PWD/other/.git" >thief/.git
refuses 1 'does not name this work tree' 'a .git file cannot borrow a repository' ask git "$PWD/thief"
rm thief/.git
ln -s "$PWD/other/.git" thief/.git
refuses 1 'leads out of the work tree' 'nor can a symbolic link' ask git "$PWD/thief"
mv evil/.git/objects moved && ln -s "$PWD/moved" evil/.git/objects
refuses 1 'leads out of the repository' 'nor can a part of it lead out' ask git "$PWD/evil"
rm evil/.git/objects && mv moved evil/.git/objects
git config --file evil/.git/config core.worktree /etc
refuses 1 'names another folder' 'nor can its settings name another work tree' ask git "$PWD/evil"
git config --file evil/.git/config --unset core.worktree
echo 'ref: refs/../../../other/.git/HEAD' >evil/.git/HEAD
refuses 1 'want an id of 40' 'nor can HEAD' ask git "$PWD/evil"
echo 'ref: refs/heads/main' >evil/.git/HEAD
git config --file evil/.git/config extensions.refStorage reftable
git config --file evil/.git/config core.repositoryformatversion 1
refuses 1 'extension refstorage' 'an extension that is not known is refused' ask git "$PWD/evil"
repository huge
head -c 6000000 /dev/zero | tr '\0' x >message
git -C huge commit -q --allow-empty -F "$PWD/message"
refuses 1 'more than 4194304' 'a commit of megabytes is refused' ask git "$PWD/huge"
repository false
id=$(git -C false rev-parse HEAD)
git -C false cat-file commit HEAD | sed s/first/worst/ | git -C false hash-object -t commit -w --stdin >new
rm -f "false/.git/objects/${id:0:2}/${id:2}"
cp "false/.git/objects/$(cut -c1-2 new)/$(cut -c3- new)" "false/.git/objects/${id:0:2}/${id:2}"
refuses 1 "$id" 'an object under a wrong id is refused' ask git "$PWD/false"
if can_be_unprivileged; then
	chmod 755 "$tap_top" "$tap_work"
	as_another() {
		local answer
		answer=$(printf '{"protocol": 1, "folder": "%s", "step": null, "inputs": [], "options": {}, "network": false, "deadline": 60, "subjects": []}' "$PWD/plain" |
			unprivileged env -i PATH="$PATH" "$INTOTO_BUILD/attestors/git/git" attest) && [ "$(jq -r .outcome <<<"$answer")" = ok ]
	}
	ok 'the repository of another user is read' as_another
fi

done_testing
