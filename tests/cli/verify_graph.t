#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify --graph: pictures that others take, in which nothing overlaps and nothing of a
# document becomes more than text.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob || skip_all 'no keys can be made'

hostile='a]]>b<script>x</script>|`c`\u001b[2J\nd\"e\u202ef'"'"'&amp;&#x202e;\\N\\G\\\\*\ufffe'
long=$(printf '%2000s' '' | tr ' ' W)
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }

# svg FILE: structure of the picture; prints how many boxes, and what the states are
svg() { python3 - "$1" <<'PY'
import re, sys, xml.etree.ElementTree as tree
NS = "{http://www.w3.org/2000/svg}"
text = open(sys.argv[1], encoding="utf-8").read()
root = tree.fromstring(text.encode())
assert root.tag == NS + "svg" and root.get("role") == "img"
ids = {e.get("id") for e in root.iter() if e.get("id")}
assert set(root.get("aria-labelledby").split()) <= ids
assert root[0].tag == NS + "title" and root[0].text and root[1].tag == NS + "desc" and root[1].text
allowed = {NS + name for name in ("svg", "title", "desc", "style", "rect", "g", "text", "path")}
for element in root.iter():
    assert element.tag in allowed, element.tag
    for name, value in element.attrib.items():
        assert not name.lower().startswith("on") and "href" not in name, name
        assert "url(" not in value and "javascript" not in value
assert "@import" not in text and "url(" not in text and text.count("http") == text.count("http://www.w3.org/2000/svg") + sum(
    (e.text or "").count("http") for e in root.iter() if e.tag != NS + "style")
width, height = int(root.get("width")), int(root.get("height"))
boxes = []
for rect in root.iter(NS + "rect"):
    if "box" in (rect.get("class") or ""):
        boxes.append(tuple(int(rect.get(k)) for k in ("x", "y", "width", "height")))
for i, (x, y, w, h) in enumerate(boxes):
    assert 0 <= x and x + w <= width and 0 <= y and y + h <= height
    for x2, y2, w2, h2 in boxes[:i]:
        assert y >= y2 + h2 or y2 >= y + h, "boxes overlap"
lines = []
for group in root.iter(NS + "g"):
    (rect,) = group.findall(NS + "rect")
    x, y, w, h = (int(rect.get(k)) for k in ("x", "y", "width", "height"))
    for t in group.findall(NS + "text"):
        tx, ty = int(t.get("x")), int(t.get("y"))
        assert x <= tx <= x + w and y < ty <= y + h, "text outside of its box"
        columns = sum(2 if ord(c) >= 0x1100 and not 0x2000 <= ord(c) < 0x2300 else 1 for c in t.text)
        if t.get("text-anchor") != "end":
            assert tx + columns * 8.1 <= x + w + 1, (t.text, columns)
        lines.append((tx, ty))
for t in root.iter(NS + "text"):
    assert not re.search("[\x00-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]", t.text or ""), repr(t.text)
ends = [t.text for t in root.iter(NS + "text") if t.get("text-anchor") == "end"]
assert len(ends) == len(boxes)
print(len(boxes), ",".join(ends))
PY
}
pictures() {
	verify -q --graph c.svg --graph c.dot >/dev/null 2>&1
	svg c.svg 2>&1
}
drawn() { # SENTENCE: Graphviz takes the other one
	if command -v dot >/dev/null; then
		ok "$1" dot -Tsvg -o by-dot.svg c.dot && ok 'without a warning' test ! -s "$tap_out"
	else
		skip 'no graphviz' "$1"
	fi
}

# --- a pass ------------------------------------------------------------------------------------------
layout root.layout owner 'alice bob' "$(
	step fetch alice 1 '' '["CREATE","src/*"],["DISALLOW","*"]'
	printf ,
	step build 'alice bob' 2 '["MATCH","*","WITH","PRODUCTS","FROM","fetch"],["ALLOW","tool"]' '["CREATE","app"],["DISALLOW","*"]'
	printf ,
	step pack bob 1 '["MATCH","app","WITH","PRODUCTS","FROM","build"],["MATCH","src/a","WITH","PRODUCTS","FROM","fetch"],["DISALLOW","*"]' '["CREATE","*.tar"],["DISALLOW","*"]'
)"
link links fetch alice '' "\"src/a\":$(sha 1),\"src/b\":$(sha 11)"
for who in alice bob; do link links build $who "\"src/a\":$(sha 1),\"src/b\":$(sha 11),\"tool\":$(sha 8)" "\"app\":$(sha 2)"; done
link links pack bob "\"app\":$(sha 2),\"src/a\":$(sha 1)" "\"a.tar\":$(sha 4)"
is "$(pictures)" '3 ok,ok,ok' 'a box for each step, in order'
ok 'the verdict is there' has c.svg 'root.layout: passed'
ok 'who signed, and how many had to' has c.svg '2 of 2 signed, want 2'
ok 'each by name' has c.svg "ed25519 ${id[alice]:0:8}"
ok 'what MATCH rules found' has c.svg '>2 files<'
ok 'in arrows that go further, too' has c.svg '>1 file<'
ok 'what no step made' has c.svg '>from outside<'
drawn 'Graphviz draws it, too'
ok 'with the same arrows' has c.dot 'n0 -> n1 [label="2 files"]'
ok 'all of them' has c.dot 'n0 -> n2 [label="1 file"]'
ok 'a picture can be printed' verify --graph=svg
ok 'in place of the report' bash -c "intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --graph=svg | cmp - <(intoto verify -q -l root.layout --verification-keys owner.pem.pub --link-dir links --graph p.svg; cat p.svg)"
ok 'and so can a graph' bash -c "intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --graph=dot | head -n 1 | grep -q '^digraph'"
refuses 64 '--graph: want FILE.svg, FILE.dot, svg or dot' 'another kind is refused' verify --graph c.png
refuses 64 'standard output has room for one thing' 'one at a time' verify --graph=svg --graph=dot
refuses 64 'standard output has room for one thing' 'and no report beside it' verify --graph=svg --format=json
refuses 66 'no/such/c.svg' 'a pass without its picture is no success' verify --graph no/such/c.svg

# --- refusals ------------------------------------------------------------------------------------------
link links pack bob "\"app\":$(sha 9),\"src/a\":$(sha 1)" "\"a.tar\":$(sha 4)"
is "$(pictures)" '3 ok,ok,failed' 'a failed step is red'
ok 'with its sentence' has c.svg 'artifact is left that it'
ok 'and a rule that found nothing is dashed' has c.svg 'class="e n"'
drawn 'for Graphviz, too'
rm links/build.*
is "$(pictures)" '3 ok,failed,failed' 'a step without evidence'
ok 'says so' has c.svg '>no evidence<'
intoto verify -l root.layout --verification-keys alice.pem.pub --link-dir links --graph c.svg --graph c.dot >/dev/null
is "$(svg c.svg 2>&1)" '0 ' 'a layout that is not trusted has no steps'
ok 'and says why' has c.svg 'no signature by key'
ok 'and what was not done' has c.svg 'steps were not looked at'
drawn 'for Graphviz, too'
intoto verify -l no.layout --verification-keys alice.pem.pub --link-dir links --graph c.svg --graph c.dot >/dev/null
is "$(svg c.svg 2>&1)" '0 ' 'nor has one that is not there'

# --- hostile -----------------------------------------------------------------------------------------
rm -rf links
layout root.layout owner 'alice bob' "$(
	step 'a<b>&]]|`$(x)' alice 1 '' '["ALLOW","<i>&\\N*"],["DISALLOW","*"]'
	printf ,
	step "$(printf '%150s' '' | tr ' ' W)" alice 1 "[\"MATCH\",\"*\",\"WITH\",\"PRODUCTS\",\"FROM\",\"a<b>&]]|\`\$(x)\"],[\"DISALLOW\",\"*\"]" ''
	printf ,
	step '日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語' alice 1 '["DISALLOW","*"]' ''
)"
link links 'a<b>&]]|`$(x)' alice '' "\"$hostile\":$(sha 1),\"$long\":$(sha 2)"
link links "$(printf '%150s' '' | tr ' ' W)" alice "\"$hostile\":$(sha 1)" ''
link links '日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語' alice "\"$hostile\":$(sha 1)" ''
is "$(pictures)" '3 failed,ok,failed' 'hostile names are text'
drawn 'for Graphviz, too'
if command -v dot >/dev/null; then
	ok 'which shows none of them as more' python3 -c '
import re, xml.etree.ElementTree as tree
for e in tree.parse("by-dot.svg").iter():
    assert "script" not in e.tag and not re.search("[\x00-\x08\x1b\u202e]", e.text or ""), e.text'
else
	skip 'no graphviz' 'which shows none of them as more'
fi

# --- large, and deep -----------------------------------------------------------------------------------
rm -rf links
forty() {
	local n previous=
	for n in $(seq 1 40); do
		[ -z "$previous" ] || printf ,
		step "step$n" alice 1 "${previous:+[\"MATCH\",\"*\",\"WITH\",\"PRODUCTS\",\"FROM\",\"$previous\"],}$([ $((n % 5)) != 0 ] || printf '["MATCH","*","WITH","PRODUCTS","FROM","step%d"],' $((n - 4)))$([ $((n % 9)) != 0 ] || printf '["MATCH","*","WITH","PRODUCTS","FROM","step1"],')[\"DISALLOW\",\"*\"]" '["ALLOW","*"]'
		previous=step$n
	done
}
layout root.layout owner alice "$(forty)"
link links step1 alice '' "\"f\":$(sha 1)"
is "$(pictures | cut -d' ' -f1)" 40 'forty steps'
drawn 'for Graphviz, too'

rm -rf links
layout root.layout owner 'alice bob' "$(step first alice 1 '' ''),$(step outer 'alice bob' 2 '' '["ALLOW","app"]'),$(step last alice 1 '["MATCH","app","WITH","PRODUCTS","FROM","outer"]' '')"
link links first alice '' ''
link links last alice "\"app\":$(sha 7)" ''
for who in alice bob; do
	one=links/outer.${id[$who]:0:8}
	layout "$one.link" $who alice "$(step inner alice 1 '' '["ALLOW","*"]'),$(step after alice 1 '["MATCH","app","WITH","PRODUCTS","FROM","inner"]' '')"
	two=$one/inner.${id[alice]:0:8}
	layout "$two.link" alice alice "$(step innermost alice 1 '' '["ALLOW","*"]')"
	link "$two" innermost alice '' "\"app\":$(sha 7)"
	link "$one" after alice "\"app\":$(sha 7)" "\"app\":$(sha 7)"
done
is "$(pictures)" '9 ok,ok,ok,ok,ok,ok,ok,ok,ok' 'sublayouts in sublayouts, by two functionaries'
is "$(grep -c 'class="f"' c.svg)" 4 'each in a frame of its own'
ok 'that says what it is' has c.svg 'sublayout of step outer/inner'
ok 'and what came out' has c.svg '>summary<'
is "$(grep -c '^subgraph cluster' c.dot) $(grep -c '^}' c.dot)" '4 5' 'as clusters, which are closed'
drawn 'that Graphviz takes'

done_testing
