#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto key: generate, show, id, convert, passphrase.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# What the last command of ok or refuses said, or did not.
says() {
	grep -qF -- "$1" "$tap_out"
	tap_result $? "$2" || tap_show_output
}
silent() {
	is "$(cat "$tap_out")" '' "$1"
}

# As somebody who may not write everywhere, also when root runs the tests.
unprivileged() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set=-dac_override,-dac_read_search "$@"
	else
		"$@"
	fi
}
# No file can grow: what a full disk does, without one.  The output goes through a pipe.
full_disk() {
	(trap '' XFSZ; ulimit -f 0; "$@" 2>&1) | cat
	return "${PIPESTATUS[0]}"
}
mode() { stat -c %a "$1"; }
generate() { intoto key generate --no-passphrase "$@"; }
with_openssl() { command -v openssl >/dev/null 2>&1; }
echo 'correct horse' >secret
echo 'battery staple' >other

# --- generate
for type in ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa; do
	ok "makes a key: $type" generate -t $type -o $type.key
	is "$(mode $type.key) $(mode $type.key.pub)" '600 644' "$type: the private file is for its owner alone"
	ok "$type: both halves are one key" [ "$(intoto key id $type.key)" = "$(intoto key id $type.key.pub)" ]
	ok "$type: an encrypted one" intoto key generate -t $type -o $type.enc --passphrase-file secret
	ok "$type: says so in the file" grep -q 'BEGIN ENCRYPTED PRIVATE KEY' $type.enc
	if with_openssl; then
		ok "$type: openssl reads the private key" openssl pkey -in $type.key -noout
		ok "$type: openssl reads the encrypted key" openssl pkey -in $type.enc -passin file:secret -noout
		is "$(openssl asn1parse -in $type.enc | grep -oE 'PBKDF2|:0927C0|hmacWithSHA256|aes-256-cbc' | xargs)" \
			'PBKDF2 :0927C0 hmacWithSHA256 aes-256-cbc' "$type: it costs 600,000 rounds to guess"
		ok "$type: openssl reads the public key" openssl pkey -pubin -in $type.key.pub -noout
		is "$(openssl pkey -in $type.key -pubout)" "$(cat $type.key.pub)" "$type: openssl derives the same public key"
	fi
done
ok 'ed25519 is the default' generate -o default.key
says 'scheme         ed25519' 'and is one'
(umask 000; generate -o open.key >/dev/null)
is "$(mode open.key)" 600 'an open umask does not open the file'
(umask 077; generate -o closed.key >/dev/null)
is "$(mode closed.key.pub)" 600 'a closed umask closes the public file'

refuses 64 'option --output FILE is missing' 'wants to know where' intoto key generate
refuses 64 'option --output wants the name of a file' 'never prints a private key' generate -o -
refuses 64 'option --output wants the name of a file' 'wants a name that is one' generate -o ''
refuses 64 "option --type wants ed25519 or ecdsa-p256 or ecdsa-p384 or ecdsa-p521 or rsa, found 'dsa'" \
	'knows five kinds' generate -t dsa -o dsa.key
refuses 64 "unexpected 'more'" 'takes no operand' generate -o x.key more

before=$(cat ed25519.key ed25519.key.pub)
refuses 74 'ed25519.key: exists already, and keys are never replaced' 'never replaces a private key' \
	generate -o ed25519.key
touch half.key.pub
refuses 74 'half.key.pub: exists already' 'never replaces a public key' generate -o half.key
ok 'and leaves no private key alone' not test -e half.key
ln -s nowhere dangling.key
refuses 74 'dangling.key: exists already' 'does not write through a dangling link' generate -o dangling.key
is "$(cat ed25519.key ed25519.key.pub)" "$before" 'the old pair is untouched'

mkdir readonly
chmod 555 readonly
refuses 74 'readonly/x.key: Permission denied' 'a folder that cannot be written to' \
	unprivileged intoto key generate --no-passphrase -o readonly/x.key
chmod 000 closed.key
refuses 74 'closed.key: Permission denied' 'a key that cannot be read' unprivileged intoto key show closed.key
refuses 66 'missing/x.key: No such file or directory' 'a folder that is not there' generate -o missing/x.key
# A name that is just short enough for the private file and too long for FILE.pub: both or none.
long=$(printf 'k%.0s' {1..252})
refuses 74 'File name too long' 'a public file that cannot be written' generate -o "$long"
ok 'takes the private one with it' not test -e "$long"
ok 'and leaves nothing half-written' not compgen -G '.*.tmp'

refuses 74 'full.key: write: File too large' 'a full disk' full_disk generate -o full.key
ok 'has neither half' not test -e full.key -o -e full.key.pub
ok 'nor anything half-written' not compgen -G '.*.tmp'

refuses 65 'want --passphrase-file, --passphrase-fd, --passphrase-env or --no-passphrase' \
	'without terminal and source it does not guess' intoto key generate -o guess.key
ok 'and writes nothing' not test -e guess.key -o -e guess.key.pub

# --- passphrase sources
for source in '--passphrase-file secret' '--passphrase-env SECRET'; do
	ok "reads with $source" env SECRET='correct horse' intoto key id $source ed25519.enc
done
from_fd() { intoto key id --passphrase-fd 7 "$1" 7<secret; }
ok 'reads with --passphrase-fd' from_fd ed25519.enc
from_stdin() { intoto key id --passphrase-file - "$1" <secret; }
ok 'reads with --passphrase-file -' from_stdin ed25519.enc
two_keys() { printf 'correct horse\nbattery staple\n' | intoto key show --passphrase-fd 0 ed25519.enc other.enc; }
intoto key generate -o other.enc --passphrase-file other >/dev/null
ok 'a descriptor has one line for each key' two_keys
refuses 65 'ed25519.enc: ' 'a wrong passphrase' intoto key id --passphrase-file other ed25519.enc
says 'wrong passphrase' 'says that it is wrong'
is "$(wc -l <"$tap_stderr")" 1 'in one line'
refuses 66 '--passphrase-file: none: No such file' 'a passphrase file that is not there' \
	intoto key id --passphrase-file none ed25519.enc
: >empty
refuses 65 'is empty, want a passphrase' 'an empty passphrase file' intoto key id --passphrase-file empty ed25519.enc
refuses 65 "there is no variable 'NONE'" 'a variable that is not set' intoto key id --passphrase-env NONE ed25519.enc
refuses 74 'Bad file descriptor' 'a descriptor that is not open' intoto key id --passphrase-fd 9 ed25519.enc
refuses 64 "option --passphrase-fd wants a number, found 'x'" 'a descriptor that is none' \
	intoto key id --passphrase-fd x ed25519.enc
refuses 64 'want one of --passphrase-file, --passphrase-fd and --passphrase-env, found 2' 'two sources' \
	intoto key id --passphrase-fd 0 --passphrase-env X ed25519.key
refuses 65 'ed25519.enc: there is no terminal to ask for the passphrase on' 'no source and no terminal' \
	intoto key id ed25519.enc
echo >blank
refuses 65 'the new passphrase is empty' 'an empty passphrase for a new key' \
	intoto key generate -o blank.key --passphrase-file blank
refuses 64 'option --no-passphrase contradicts' 'with and without a passphrase' \
	generate -o blank.key --passphrase-file secret
ok 'nothing was written' not test -e blank.key -o -e blank.key.pub

# --- show and id
intoto key show ed25519.key.pub >shown
for line in 'kind           public' 'type           ed25519' 'scheme         ed25519' 'keyid legacy   ' \
	'keyid current  ' 'fingerprint    '; do
	ok "show says ${line%% *}: ${line##* }" has shown "$line"
done
ok 'show knows a private key' grep -q 'private, not encrypted' <(intoto key show rsa.key)
ok 'show knows an encrypted key' grep -q 'private, encrypted' <(intoto key show --passphrase-file secret rsa.enc)
ok 'the id is the one that show names' has shown "keyid legacy   $(intoto key id ed25519.key.pub)"
ok 'in the other dialect, too' has shown "keyid current  $(intoto key id --keyid-style=current ed25519.key.pub)"
refuses 64 "option --keyid-style wants legacy or current, found 'new'" 'there are two dialects' \
	intoto key id --keyid-style new ed25519.key
if with_openssl; then
	is "$(openssl pkey -pubin -in rsa.key.pub -outform DER | sha256sum | cut -d' ' -f1)" \
		"$(intoto key show rsa.key | sed -n 's/.*fingerprint *//p')" 'the fingerprint is of the public key in DER'
fi
intoto key show --format=json ed25519.key rsa.key.pub >shown.json
ok 'show --format=json lists every file' python3 - <<'EOF'
import json
a, b = json.load(open('shown.json'))
assert a['file'] == 'ed25519.key' and a['private'] is True and a['encrypted'] is False, a
assert b['file'] == 'rsa.key.pub' and b['private'] is False and b['keytype'] == 'rsa', b
assert len(a['keyids']['legacy']) == len(a['keyids']['current']) == len(a['fingerprint']) == 64
assert a['keyids']['legacy'] != a['keyids']['current']
EOF
refuses 64 'want the name of a key file' 'show wants a file' intoto key show
refuses 64 "unexpected 'b'" 'id takes one file' intoto key id ed25519.key b
refuses 66 'none.key: No such file' 'a key that is not there' intoto key show none.key
refuses 65 'secret: ' 'a file that is no key' intoto key show secret
refuses 74 'is a folder' 'a folder instead of a key' intoto key show .
head -c 60 rsa.key.pub >cut.key
refuses 65 'cut.key: ' 'a key that is cut off' intoto key show cut.key
refuses 65 'cut.key: ' 'one of several is bad' intoto key show ed25519.key.pub cut.key
is "$(cat "$tap_stdout")" '' 'then nothing is shown'

# --- convert
for type in ed25519 ecdsa-p256 rsa; do
	ok "$type: to JSON" intoto key convert --to=json -o $type.json $type.key.pub
	ok "$type: and back" intoto key convert --to=pem -o $type.pem $type.json
	is "$(cat $type.pem)" "$(cat $type.key.pub)" "$type: nothing is lost"
	is "$(intoto key id $type.json)" "$(intoto key id $type.key)" "$type: the keyid stays"
	ok "$type: the private key gives the public one" cmp <(intoto key convert --to=json $type.key) $type.json
	ok "$type: and never itself" lacks $type.json '"private"'
	intoto key convert --to=json --keyid-style=current --with-keyid $type.key >$type.current.json
	ok "$type: with its keyid" has $type.current.json "\"keyid\": \"$(intoto key id --keyid-style=current $type.key)\""
	ok "$type: as current libraries write it" lacks $type.current.json keyid_hash_algorithms
	ok "$type: the older PEM kinds" intoto key convert --to=pem --private --no-passphrase -o $type.again $type.key
	is "$(mode $type.again) $(intoto key id $type.again)" "600 $(intoto key id $type.key)" "$type: a private copy"
done
ok 'a private copy under a passphrase' intoto key convert --to=pem --private --new-passphrase-file other \
	--passphrase-file secret -o copy.enc rsa.enc
ok 'can be read with it' intoto key id --passphrase-file other copy.enc
if with_openssl; then
	openssl genrsa -traditional -out pkcs1.pem 2048 2>/dev/null
	openssl ecparam -name prime256v1 -genkey -noout -out sec1.pem
	openssl genpkey -algorithm ed25519 -out pkcs8.pem
	openssl pkcs8 -topk8 -in pkcs8.pem -out sealed.pem -passout file:secret
	for file in pkcs1 sec1 pkcs8; do
		ok "reads $file of openssl" intoto key convert --to=pem --private --no-passphrase -o $file.key $file.pem
		is "$(openssl pkey -in $file.key -pubout)" "$(openssl pkey -in $file.pem -pubout)" "$file: it is the same key"
	done
	ok 'reads an encrypted key of openssl' intoto key show --passphrase-file secret sealed.pem
fi
refuses 64 'option --private wants --to=pem or --to=cosign, and --output FILE' 'a private key never goes to standard output' \
	intoto key convert --to=pem --private --no-passphrase rsa.key
refuses 64 'option --private wants --to=pem' 'nor through -' \
	intoto key convert --to=pem --private --no-passphrase -o - rsa.key
refuses 64 'option --private wants --to=pem' 'a private key is no JSON' \
	intoto key convert --to=json --private --no-passphrase -o x.json rsa.key
refuses 74 'ed25519.key' 'a private key replaces nothing' \
	intoto key convert --to=pem --private --no-passphrase -o ed25519.key rsa.key
refuses 65 'want a private key, found a public one' 'a public key has no private one' \
	intoto key convert --to=pem --private --no-passphrase -o x.key rsa.key.pub
refuses 65 'or --no-passphrase' 'a private copy is encrypted unless told otherwise' \
	intoto key convert --to=pem --private -o x.key rsa.key
refuses 64 'a new passphrase makes sense only with --private' 'a public key has no passphrase' \
	intoto key convert --to=pem --no-passphrase rsa.key
refuses 64 'option --with-keyid wants --to=json' 'PEM has no keyid' intoto key convert --to=pem --with-keyid rsa.key
refuses 64 'option --to FORM is missing' 'convert wants to know what to' intoto key convert rsa.key
ok 'nothing was written' not test -e x.key -o -e x.json

# --- cosign
unset COSIGN_PASSWORD
# What is inside the block.
sealed() { sed '/^-----/d' "$1" | base64 -d; }
export RIGHT=pw
ok 'makes a key file of cosign' intoto key generate --format=cosign --passphrase-env RIGHT -o cosign.key
says 'scheme         ecdsa-sha2-nistp256' 'as cosign would'
is "$(head -1 cosign.key) $(mode cosign.key)" '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY----- 600' 'under the label of today'
ok 'with the numbers that cosign takes' has <(sealed cosign.key) '"params":{"N":65536,"p":1,"r":8}'
is "$(intoto key id --passphrase-env RIGHT cosign.key)" "$(intoto key id cosign.key.pub)" 'both halves are one key'
is "$(COSIGN_PASSWORD=pw intoto key id cosign.key)" "$(intoto key id cosign.key.pub)" 'COSIGN_PASSWORD opens it'
refuses 65 'cosign.key: wrong passphrase, or a damaged file' 'a wrong one does not' env COSIGN_PASSWORD=px intoto key id cosign.key
refuses 65 'cosign.key: wrong passphrase, or a damaged file' 'nor does an empty one' env COSIGN_PASSWORD= intoto key id cosign.key
refuses 65 'wrong passphrase' 'an option goes before it' \
	env COSIGN_PASSWORD=pw WRONG=px intoto key id --passphrase-env WRONG cosign.key
refuses 65 'there is no terminal' 'it opens nothing else' env COSIGN_PASSWORD='correct horse' setsid intoto key id rsa.enc
refuses 65 'there is no terminal' 'and locks nothing else' env COSIGN_PASSWORD=pw setsid intoto key generate -o other.key
ok 'what is started later does not inherit it' env COSIGN_PASSWORD=pw intoto run -n leak --signing-key cosign.key -- \
	sh -c 'test -z "${COSIGN_PASSWORD+x}"'
for type in ed25519 rsa; do
	ok "$type: a file of cosign" env COSIGN_PASSWORD=pw intoto key generate --format=cosign -t $type -o $type.cosign
	is "$(intoto key id --passphrase-env RIGHT $type.cosign)" "$(intoto key id $type.cosign.pub)" "$type: both halves are one key"
done
refuses 64 'wants a key of type ecdsa-p256, ed25519 or rsa, found ecdsa-p521' 'others could not use it' \
	intoto key generate --format=cosign -t ecdsa-p521 --no-passphrase -o no.key
ok 'one without a passphrase' intoto key generate --format=cosign --no-passphrase -o empty.cosign
is "$(COSIGN_PASSWORD='' intoto key id empty.cosign)" "$(intoto key id empty.cosign.pub)" 'has the empty one'
ok 'the variable may be empty, too' env COSIGN_PASSWORD= intoto key generate --format=cosign -o empty2.cosign
is "$(COSIGN_PASSWORD='' intoto key id empty2.cosign)" "$(intoto key id empty2.cosign.pub)" 'and the key opens'
ok 'a key becomes a file of cosign' intoto key convert --to=cosign --private --new-passphrase-env RIGHT -o converted rsa.key
is "$(intoto key id --passphrase-env RIGHT converted)" "$(intoto key id rsa.key)" 'and is the same'
ok 'and PKCS8 again' intoto key convert --to=pem --private --no-passphrase --passphrase-env RIGHT -o converted.pem converted
is "$(cat converted.pem)" "$(cat rsa.key)" 'with nothing lost'
is "$(intoto key convert --to=cosign --passphrase-env RIGHT converted)" "$(cat rsa.key.pub)" 'its public half is PEM'
refuses 65 'rsa.key.pub: want a private key, found a public one' 'a public key becomes no such file' \
	intoto key convert --to=cosign --private --no-passphrase -o never rsa.key.pub
{ sed '/^-----/!d;s/SIGSTORE/COSIGN/;/END/d' converted; sed '/^-----/d' converted; echo '-----END ENCRYPTED COSIGN PRIVATE KEY-----'; } >older
is "$(intoto key id --passphrase-env RIGHT older)" "$(intoto key id rsa.key)" 'the label before is read'
ok 'another passphrase' intoto key passphrase --passphrase-env RIGHT --new-passphrase-file other converted
ok 'leaves it a file of cosign' has converted 'ENCRYPTED SIGSTORE PRIVATE KEY'
ok 'that opens with it' intoto key id --passphrase-file other converted
sed 's/^[A-Za-z]/&&/;2s/./A/' cosign.key >damaged.cosign
refuses 65 damaged.cosign 'a damaged one does not' env COSIGN_PASSWORD=pw intoto key id damaged.cosign
if with_openssl; then
	sealed cosign.key >box
	ok 'one salt and nonce is not the other' not cmp -s box <(COSIGN_PASSWORD=pw intoto key generate --format=cosign -o second.cosign >&2; sealed second.cosign)
fi

# --- passphrase
cp rsa.enc change.key
ok 'changes a passphrase' intoto key passphrase change.key --passphrase-file secret --new-passphrase-file other
ok 'the new one opens it' intoto key id --passphrase-file other change.key
refuses 65 'wrong passphrase' 'the old one does not' intoto key id --passphrase-file secret change.key
ok 'removes a passphrase' intoto key passphrase change.key --passphrase-file other --remove
ok 'now none is asked for' intoto key id change.key
is "$(mode change.key)" 600 'the file is still for its owner alone'
ok 'sets one where there was none' intoto key passphrase change.key --new-passphrase-file secret
is "$(intoto key id --passphrase-file secret change.key)" "$(intoto key id rsa.enc --passphrase-file secret)" 'it is the same key after all'
ln -s change.key link.key
ok 'follows a link' intoto key passphrase link.key --passphrase-file secret --remove
ok 'which stays one' test -L link.key
ok 'and points to the changed key' grep -q 'BEGIN PRIVATE KEY' change.key
before=$(cat rsa.enc)
refuses 65 'wrong passphrase' 'a wrong passphrase changes nothing' \
	intoto key passphrase rsa.enc --passphrase-file other --remove
refuses 74 'rsa.enc: write: File too large' 'a full disk changes nothing' \
	full_disk intoto key passphrase rsa.enc --passphrase-file secret --remove
refuses 65 'or --remove' 'no new passphrase changes nothing' intoto key passphrase rsa.enc --passphrase-file secret
ok 'old and new may come from one variable' env P='correct horse' intoto key convert --to=pem --private \
	--passphrase-env P --new-passphrase-env P -o twin.key rsa.enc
ok 'which opens the copy' intoto key id --passphrase-file secret twin.key
refuses 64 'want the name of a key file' 'standard input cannot be replaced' intoto key passphrase - --remove
refuses 64 'want one of --new-passphrase-file' 'two new sources' \
	intoto key passphrase rsa.enc --new-passphrase-fd 0 --new-passphrase-env X
refuses 64 'option --remove contradicts' 'a new one and none' \
	intoto key passphrase rsa.enc --new-passphrase-file other --remove
refuses 65 'want a private key, found a public one' 'a public key has no passphrase' \
	intoto key passphrase rsa.key.pub --remove
refuses 66 'none.key: No such file' 'a key that is not there' intoto key passphrase none.key --remove
is "$(cat rsa.enc)" "$before" 'the file is what it was'

# --- at a terminal
terminal() {
	python3 - "$@" <<'EOF'
import os, pty, sys
answers = [pair.split('=', 1) for pair in sys.argv[1].split('|')]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b''
for question, answer in answers:
    while question.encode() not in shown:
        shown += os.read(fd, 4096)
    shown = shown.split(question.encode(), 1)[1]
    os.write(fd, answer.encode() + b'\n')
try:
    while True:
        data = os.read(fd, 4096)
        if not data:
            break
        shown += data
except OSError:
    pass
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
}
ok 'a terminal is asked for the passphrase of a new key' \
	terminal 'New passphrase for asked.key: =typed|The same again for asked.key: =typed' intoto key generate -o asked.key
is "$(grep -c typed "$tap_out")" 0 'which is not shown'
ok 'and encrypts the key' grep -q 'BEGIN ENCRYPTED PRIVATE KEY' asked.key
ok 'a terminal is asked for the passphrase of an old key' \
	terminal 'Passphrase for asked.key: =typed' intoto key id asked.key
ok 'and again when it is wrong' \
	terminal 'Passphrase for asked.key: =wrong|Wrong. Passphrase for asked.key: =typed' intoto key id asked.key
refuses 65 'wrong passphrase' 'but not for ever' terminal \
	'Passphrase for asked.key: =a|Wrong. Passphrase for asked.key: =b|Wrong. Passphrase for asked.key: =c' \
	intoto key id asked.key

done_testing
