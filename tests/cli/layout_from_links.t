#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto layout from-links: the draft passes on the links that it was drafted from, and on no others.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

for name in owner alice bob carol; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
from_links() { intoto layout from-links "$@"; }
show() { intoto layout show "$1" --format=json; }
rules() { # FILE STEP SIDE: one rule a line
	show "$1" | python3 -c 'import json,sys
for s in json.load(sys.stdin)["layout"]["steps"]:
    if s["name"] == sys.argv[1]:
        for r in s["expected_"+sys.argv[2]]: print(*r)' "$2" "$3"
}
steps() { show "$1" | python3 -c 'import json,sys; print(*[s["name"] for s in json.load(sys.stdin)["layout"]["steps"]])'; }

# link FILE NAME KEY 'MATERIAL=TEXT ...' 'PRODUCT=TEXT ...': signed
cat >link.py <<'PYTHON'
import hashlib, json, sys
def side(words):
    return {w.split("=")[0]: {"sha256": hashlib.sha256(w.split("=")[1].encode()).hexdigest()} for w in words.split()}
json.dump({"signed": {"_type": "link", "name": sys.argv[2], "command": ["make", sys.argv[2]], "materials": side(sys.argv[3]),
    "products": side(sys.argv[4]), "byproducts": {"return-value": 0}, "environment": {}}, "signatures": []}, open(sys.argv[1], "w"))
PYTHON
link() {
	python3 link.py "$1" "$2" "$4" "$5" && intoto sign -q -f "$1" -o "$1" -k "$3.pem"
}
id8() { intoto key id "$1.pem.pub" | cut -c1-8; }

# A run: names run against the order of time, files are changed, unchanged, deleted, moved to a folder, and
# one has characters that mean something in patterns.
mkdir links
link links/zz-fetch.$(id8 alice).link zz-fetch alice '' 'src/a.c=1 src/b[1].c=2 src/gen.in=3 src/{x}=x README=4'
link links/mm-patch.$(id8 bob).link mm-patch bob \
	'src/a.c=1 src/b[1].c=2 src/gen.in=3 src/{x}=x' 'src/a.c=1patched src/b[1].c=2 src/{x}=x src/new.c=n'
link links/build.$(id8 bob).link build bob \
	'in/src/a.c=1patched in/src/b[1].c=2 in/src/new.c=n in/src/{x}=x' 'out/app=5 out/log=6'
link links/aa-pack.$(id8 carol).link aa-pack carol 'out/app=5 README=4' 'app.tar=7'

ok 'drafts a layout' from_links links -o root.layout --keys alice.pem.pub bob.pem.pub carol.pem.pub --expires-in 10d
is "$(cat "$tap_stderr")" 'note: 2 products go into no other step: an inspection with MATCH compares them with what was delivered' \
	'and says what nothing watches'
is "$(steps root.layout)" 'zz-fetch mm-patch build aa-pack' 'with the steps as files flow'
is "$(show root.layout | python3 -c 'import json,sys; l=json.load(sys.stdin)["layout"]; print([(s["threshold"], len(s["pubkeys"]), s["expected_command"]) for s in l["steps"]], len(l["keys"]))')" \
	"[(1, 1, ['make', 'zz-fetch']), (1, 1, ['make', 'mm-patch']), (1, 1, ['make', 'build']), (1, 1, ['make', 'aa-pack'])] 3" \
	'who did them, and their commands'
is "$(rules root.layout zz-fetch materials)" 'DISALLOW *' 'what brings nothing may bring nothing'
is "$(rules root.layout mm-patch products)" 'REQUIRE src/a.c
REQUIRE src/b[1].c
REQUIRE src/new.c
REQUIRE src/{x}
MODIFY src/a.c
MATCH src/b[[]1].c WITH MATERIALS FROM mm-patch
CREATE src/new.c
MATCH src/{x} WITH MATERIALS FROM mm-patch
DISALLOW *' 'files are created, changed, or what they were'
is "$(rules root.layout build materials | grep MATCH)" 'MATCH src/a.c IN in WITH PRODUCTS FROM mm-patch
MATCH src/b[[]1].c IN in WITH PRODUCTS FROM mm-patch
MATCH src/new.c IN in WITH PRODUCTS FROM mm-patch
MATCH src/{x} IN in WITH PRODUCTS FROM mm-patch' 'files that were moved to a folder are found there'
is "$(rules root.layout aa-pack materials | grep MATCH)" 'MATCH README WITH PRODUCTS FROM zz-fetch
MATCH out/app WITH PRODUCTS FROM build' 'each file comes from the step that had it last'
ok 'lint finds no mistake' intoto layout lint --strict root.layout --ignore layout.expires-soon --ignore glob.class

intoto sign -q -f root.layout -k owner.pem
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir "$1"; }
ok 'the draft passes on its links' verify links

# --- each change is refused ----------------------------------------------------------------------------
# mutate FOLDER: every digest changed, every file removed, one added on each side; prints what passed
cat >mutate.py <<'PYTHON'
import copy, json, os, shutil, subprocess, sys
folder, who = sys.argv[1], dict(w.split("=") for w in sys.argv[2:])
def verdict(doc, name, key):
    shutil.rmtree("changed", ignore_errors=True); shutil.copytree(folder, "changed")
    path = os.path.join("changed", name)
    doc["signatures"] = []
    json.dump(doc, open(path, "w"))
    subprocess.run(["intoto", "sign", "-q", "-f", path, "-o", path, "-k", key + ".pem"], check=True)
    return subprocess.run(["intoto", "verify", "-q", "-l", "root.layout", "--verification-keys", "owner.pem.pub", "--link-dir", "changed"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
tried = 0
for name in sorted(os.listdir(folder)):
    doc = json.load(open(os.path.join(folder, name)))
    key = who[doc["signed"]["name"]]
    for side in ("materials", "products"):
        for artifact in doc["signed"][side]:
            for what in ("flip", "remove"):
                d = copy.deepcopy(doc)
                if what == "flip": d["signed"][side][artifact]["sha256"] = "f" * 64
                else: del d["signed"][side][artifact]
                tried += 1
                status = verdict(d, name, key)
                if status != 1: print(status, doc["signed"]["name"], side, what, artifact)
        d = copy.deepcopy(doc); d["signed"][side]["src/added"] = {"sha256": "a" * 64}
        tried += 1
        status = verdict(d, name, key)
        if status != 1: print(status, doc["signed"]["name"], side, "add")
print(tried, "tried")
PYTHON
who='zz-fetch=alice mm-patch=bob build=bob aa-pack=carol'
is "$(python3 mutate.py links $who)" '0 aa-pack products flip app.tar
0 build products flip out/log
52 tried' 'every change of a digest, every file more or less is refused, but for what nothing compares'

intoto layout add-inspection root.layout look --drop-signatures --quiet \
	--material-rule 'MATCH app.tar WITH PRODUCTS FROM aa-pack' --material-rule 'DISALLOW app.tar' -- true
intoto sign -q -f root.layout -k owner.pem
printf 7 >app.tar
ok 'with an inspection of what is delivered' verify links
is "$(python3 mutate.py links $who)" '0 build products flip out/log
52 tried' 'that is compared as well'

# --- folders -------------------------------------------------------------------------------------------
ok 'names folders above the limit' from_links links -o few.layout --keys alice.pem.pub bob.pem.pub carol.pem.pub --limit 2
is "$(rules few.layout zz-fetch products)" 'CREATE README
CREATE src/*
DISALLOW *' 'where all of a folder behaves the same'
is "$(rules few.layout build materials)" 'MATCH * IN in WITH PRODUCTS FROM mm-patch
DISALLOW *' 'everything may be compared'
is "$(rules few.layout mm-patch products)" 'MODIFY src/a.c
MATCH src/b[[]1].c WITH MATERIALS FROM mm-patch
CREATE src/new.c
MATCH src/{x} WITH MATERIALS FROM mm-patch
DISALLOW *' 'and a folder with several fates is listed'
cp few.layout root.layout; intoto sign -q -f root.layout -k owner.pem
ok 'it passes on its links, too' verify links
python3 mutate.py links $who >passed
ok 'and refuses each changed file that was matched' not grep -E 'materials flip' passed
mkdir deep
link deep/a.link a alice '' "$(for i in 1 2 3; do echo "x/y/$i=$i x/z/$i=$i$i"; done | xargs) x1=1"
link deep/b.link b bob "$(for i in 1 2 3; do echo "x/y/$i=$i"; done | xargs) x1=1" 'x/y/1=changed x/y/2=2'
ok 'goes down' from_links deep -o deep.layout --limit 0 -q
is "$(rules deep.layout a products)" 'CREATE x/*
CREATE x1
DISALLOW *' 'to the largest folders'
is "$(rules deep.layout b materials)" 'MATCH * WITH PRODUCTS FROM a
DISALLOW *' 'that do'
is "$(rules deep.layout b products)" 'MODIFY x/y/1
MATCH x/y/2 WITH MATERIALS FROM b
DISALLOW *' 'each'

# --- external files, deleted ones ---------------------------------------------------------------------
mkdir outside
link outside/a.link a alice 'given=1 gone=2' 'given=1'
ok 'files that no step made are brought along' from_links outside -o outside.layout -q
is "$(rules outside.layout a materials)" 'REQUIRE given
REQUIRE gone
ALLOW given
DELETE gone
DISALLOW *' 'and those that are gone are deleted'

mkdir mixed
link mixed/a.link a alice '' 'x=1'; link mixed/b.link b bob 'x=1' 'y=2'
python3 - <<'PYTHON'
import hashlib, json
d = json.load(open("mixed/a.link")); d["signed"]["products"]["x"]["sha512"] = hashlib.sha512(b"1").hexdigest(); json.dump(d, open("mixed/a.link", "w"))
PYTHON
ok 'links with other algorithms' from_links mixed -o mixed.layout -q
is "$(rules mixed.layout b materials)" 'REQUIRE x
MATCH x WITH PRODUCTS FROM a
DISALLOW *' 'are compared by what they share'

# --- several people, strangers, cycles ------------------------------------------------------------------
mkdir two
link two/a.1.link a alice '' 'x=1'; link two/a.2.link a bob '' 'x=1'
ok 'several links of one step' from_links two -o two.layout --keys alice.pem.pub bob.pem.pub -q
is "$(show two.layout | python3 -c 'import json,sys; print([(s["name"], len(s["pubkeys"])) for s in json.load(sys.stdin)["layout"]["steps"]])')" "[('a', 2)]" 'are one'
link two/a.2.link a bob '' 'x=2'
refuses 1 'a.2.link: does not agree with another link of the same step' 'which must agree' from_links two -o no.layout
refuses 1 'none of the given keys has signed it' 'a stranger is no part of the run' from_links links -o no.layout --keys alice.pem.pub
ok 'without keys' from_links links -o nobody.layout
ok 'nobody may do anything, which is told' has "$tap_out" 'note: nobody may do the steps yet'
mkdir cycle
link cycle/a.link a alice 'x=1' 'y=2'; link cycle/b.link b bob 'y=2' 'x=1'; link cycle/c.link c bob '' 'z=1'
refuses 1 'so they have no order (links of several runs?): "a", "b"' 'a cycle is refused' from_links cycle -o no.layout
mkdir failed; link failed/a.link a alice '' 'x=1'
sed -i 's/"return-value": *0/"return-value": 2/' failed/a.link
refuses 1 'failed/a.link: the command of this step did not end well' 'so is a run that failed' from_links failed -o no.layout
mkdir empty
refuses 66 'empty: there is no link in it' 'a folder without links is no run' from_links empty -o no.layout
refuses 66 'nowhere' 'nor is one that is not there' from_links nowhere -o no.layout
echo '{}' >broken.link
refuses 65 'broken.link' 'a broken link is refused' from_links links broken.link -o no.layout
cp root.layout sub.link
ok 'a sublayout is left out' from_links links sub.link -o sub.layout
ok 'and told' has "$tap_out" 'note: sub.link: is a sublayout, and is left out'
refuses 64 'option --output' 'wants an output' from_links links
refuses 64 'want folders of links' 'and links' from_links -o no.layout
refuses 64 '--limit: want a whole number' 'and a limit that is one' from_links links -o no.layout --limit few
refuses 64 'want one of --expires and --expires-in' 'and one expiry' from_links links -o no.layout --expires 2100-01-01T00:00:00Z --expires-in 1d
refuses 74 'root.layout' 'replaces no file' from_links links -o root.layout
ok 'unless told' from_links links -o root.layout -f -q --format metablock --readme 'a word'
is "$(show root.layout | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["format"], d["layout"]["readme"])')" 'metablock a word' 'in the form that was asked for'
ok 'nothing else was written' test ! -e no.layout

done_testing
