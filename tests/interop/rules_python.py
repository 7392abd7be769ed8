#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Random small chains, judged by the Python tool (in-toto 1.x) and by ours: the verdicts must agree, and for
each rule of each step whether it failed and how many artifacts it consumed.

usage: rules_python.py SEED COUNT [FOLDER]

Names are nasty on purpose: blanks, brackets, stars, backslashes, leading slashes, prefixes of one
another.  Layouts, links and rules are written and signed as raw JSON, so that wrong ones reach both
tools.  The only differences allowed are the ones that explained() knows; their number is printed.  A
difference that it does not know is kept in FOLDER.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import securesystemslib.exceptions
import securesystemslib.formats
import securesystemslib.keys
from in_toto import exceptions, rulelib, verifylib
from in_toto.models.metadata import Metablock

REFUSALS = (
    exceptions.RuleVerificationError,
    exceptions.ThresholdVerificationError,
    exceptions.LinkNotFoundError,
    exceptions.LayoutExpiredError,
    exceptions.SignatureVerificationError,
    exceptions.BadReturnValueError,
    securesystemslib.exceptions.FormatError,
)

NAMES = [
    "a", "b", "a/b", "a//b", "./a", "a/", "/a", "/a/b", "d/a", "d//a", "d/a/b", "dd/a", "d", "d/d/a",
    "a b", " a", "a ", "[a]", "a[", "a]", "[", "]", "*", "a*", "?", "!", "[!a]", "-", "a-b", "^a", "A",
    "\u00e9", "e\u0301", "d/\u00e9", "\U0001f600", "a\nb", "\n", "a\tb", "\x7f", "\x01", "..", "../a", ".a",
    "d/.a", "d/*", "d/[a]", "{a}", "#a", '"a"', "'a'", "a,b", "a:b", "file:a", "%s", "~a", "|", "&&", "a.link",
    "\\", "a\\b", "d\\a", "d/a\\b", "d\\", "caf\u00e9/x", "abc", "ab", "abcabc", "z", "0", "9",
]
PREFIXES = ["", "d", "d/", "d//", "dd", "d/d", "a", "/", "/a", ".", "./", "..", "d/a", "x", "[a]", "*", "\u00e9", "d\\"]
CHARACTERS = list("abdz!-^]\\[*?/.~&|09 \u00e9\U0001f600")
CLASS = CHARACTERS + ["a-d", "z-a", "b-", "-d", "!-~", "z-!", "a-b-d", "--/"]
# One family in a case: where algorithms differ Python takes the whole set, we take the strong ones that are shared.
FAMILIES = [
    [{"sha256": c * 64} for c in "01"],
    [{"sha512": c * 128} for c in "01"],
    [{"sha256": a * 64, "sha512": b * 128} for a, b in ("00", "01", "10")],
]


class Case:
    """One layout, its links and the files that its inspections see."""

    def __init__(self, rng):
        self.rng = rng
        self.digests = rng.choice(FAMILIES)
        self.pool = rng.sample(NAMES, rng.randint(2, 6))
        if rng.random() < 0.6:
            self.pool += [rng.choice(["d/", "x/", "d//"]) + n for n in self.pool[:3] for _ in "12"]
        self.steps = ["s%d" % i for i in range(rng.randint(1, 3))]
        if rng.random() < 0.1:
            self.steps[0] = rng.choice(["s 0", "s[0]", "s*", "\u00e9", "s.0", "-s"])
        self.inspections = ["i%d" % i for i in range(rng.choice([0, 0, 0, 0, 0, 1, 2]))]
        self.sides = {s: (self.artifacts(), self.artifacts()) for s in self.steps}
        self.files = [n for n in self.pool if is_file_name(n)] if self.inspections else []
        busy = rng.sample(self.steps + self.inspections, 1 if rng.random() < 0.7 else len(self.steps))
        self.rules = {n: ([], []) if n not in busy else (self.list_of_rules(0), self.list_of_rules(1))
                      for n in self.steps + self.inspections}
        if rng.random() < 0.1:
            self.only_globs()

    def only_globs(self):
        """Few names of one character, many classes."""
        names = {c: self.digests[0] for c in self.rng.sample(CHARACTERS, 2)}
        self.sides[self.steps[0]] = ({}, names)
        self.rules[self.steps[0]] = ([], [["DISALLOW", self.glob_class()] for _ in range(60)])

    def artifacts(self):
        """A random part of the pool, few different digests."""
        few = self.rng.random() < 0.7
        return {n: self.digests[0] if few and self.rng.random() < 0.7 else self.rng.choice(self.digests)
                for n in self.pool if self.rng.random() < 0.75}

    def glob_class(self):
        """A bracket expression, closed or not."""
        return ("[" + self.rng.choice(["", "", "!", "^", "]", "!]"])
                + self.rng.choice(["", "", "z-a", "d-b!"])
                + "".join(self.rng.choice(CLASS) for _ in range(self.rng.randint(0, 5)))
                + self.rng.choice(["]", "]", "]", ""]))

    def pattern(self):
        """Something that has a chance to match."""
        rng = self.rng
        if rng.random() < 0.4:
            return rng.choice(["*", "*", "*", "*", "*", "?", "**", "", "d/*", "*/a", "?*", "*a", "a*", "*a*b*"])
        text = rng.choice(self.pool)
        if "/" in text and rng.random() < 0.4:
            text = text.split("/", 1)[1]
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
            at = rng.randint(0, len(text))
            with_what = rng.choice(["*", "?", self.glob_class(), self.glob_class()])
            text = text[:at] + with_what + text[at + rng.randint(0, 2):]
        return text

    def prefix(self):
        """An optional IN; often a folder that is there."""
        if self.rng.random() < 0.4:
            return []
        folder = os.path.dirname(self.rng.choice(self.pool)) + self.rng.choice(["", "/"])
        return [self.word("IN"), folder if self.rng.random() < 0.6 else self.rng.choice(PREFIXES)]

    def word(self, text):
        """Keywords are the same in any case."""
        return text if self.rng.random() < 0.8 else "".join(self.rng.choice([c.lower(), c]) for c in text)

    def rule(self, side):
        """One rule, now and then a wrong one."""
        rng = self.rng
        change = rng.choice(["MODIFY", "CREATE" if side else "DELETE", "CREATE", "DELETE"])
        kind = rng.choice(["ALLOW", "DISALLOW", "REQUIRE"] + [change] * 4 + ["MATCH"] * 6)
        if kind == "REQUIRE":
            rule = [self.word(kind), rng.choice(self.pool) if rng.random() < 0.9 else self.pattern()]
        elif kind != "MATCH":
            rule = [self.word(kind), self.pattern()]
        else:
            rule = ([self.word(kind), self.pattern()] + self.prefix()
                    + [self.word("WITH"), self.word(rng.choice(["MATERIALS", "PRODUCTS"]))] + self.prefix()
                    + [self.word("FROM"), rng.choice(self.steps * 3 + self.inspections + ["unknown", "S0", ""])])
        if rng.random() < 0.004:
            rule = rng.choice([rule + ["x"], rule[:-1], [], rule[::-1], ["WITH"], [kind + "S"] + rule[1:]])
        return rule

    def list_of_rules(self, side):
        """Most end with a DISALLOW, or nothing would ever be refused; many of one name, or all would."""
        rules = [self.rule(side) for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3, 4]))]
        end = self.rng.choice(["name", "name", "name", "*", "pattern", None])
        if end == "name":
            rules.append(["DISALLOW", re.sub(r"([\[*?])", r"[\1]", self.rng.choice(self.pool))])
        elif end:
            rules.append(["DISALLOW", "*" if end == "*" else self.pattern()])
        return rules

    def layout(self, key):
        """The document of the layout."""
        parts = {n: {"name": n, "expected_materials": r[0], "expected_products": r[1]}
                 for n, r in self.rules.items()}
        for name in self.steps:
            parts[name].update({"_type": "step", "pubkeys": [key["keyid"]], "threshold": 1, "expected_command": []})
        for name in self.inspections:
            parts[name].update({"_type": "inspection", "run": ["true"]})
        return {"_type": "layout", "expires": "2100-01-01T00:00:00Z", "readme": "",
                "keys": {key["keyid"]: public(key)}, "steps": [parts[n] for n in self.steps],
                "inspect": [parts[n] for n in self.inspections]}

    def link(self, name):
        """The document of a link."""
        return {"_type": "link", "name": name, "command": [], "byproducts": {}, "environment": {},
                "materials": self.sides[name][0], "products": self.sides[name][1]}

    def names(self, item):
        """The artifacts of an item, both sides."""
        return set(self.sides[item][0]) | set(self.sides[item][1]) if item in self.sides else set(self.files)


def is_file_name(name):
    """
    Whether an inspection can see a file of that name, beside all others of the pool.  (The Python tool
    records a backslash as a slash.)
    """
    return not set(name) & set("/\\") and name not in ("..", "") and not name.endswith(".link")


def public(key):
    """The public half of a key object."""
    half = {k: v for k, v in key.items() if k != "keyid_hash_algorithms"}
    half["keyval"] = {"public": key["keyval"]["public"]}
    return half


def write_signed(path, body, key):
    """Signs raw JSON as a Metablock."""
    covered = securesystemslib.formats.encode_canonical(body).encode("utf-8")
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"signatures": [securesystemslib.keys.create_signature(key, covered)], "signed": body}, out)


def write_case(case, folder, key):
    """Everything that both tools read; their current folder will be "here"."""
    os.makedirs(os.path.join(folder, "links"))
    os.makedirs(os.path.join(folder, "here"))
    write_signed(os.path.join(folder, "root.layout"), case.layout(key), key)
    for name in case.steps:
        write_signed(os.path.join(folder, "links", "%s.%s.link" % (name, key["keyid"][:8])), case.link(name), key)
    for name in case.files:
        with open(os.path.join(folder, "here", name), "w", encoding="utf-8"):
            pass
    with open(os.path.join(folder, "owner.json"), "w", encoding="utf-8") as out:
        json.dump(public(key), out)


def ask_python(folder, key):
    """True, False, or the exception that it did not mean."""
    try:
        layout = Metablock.load(os.path.join(folder, "root.layout"))
        verifylib.in_toto_verify(layout, {key["keyid"]: key}, os.path.join(folder, "links"), persist_inspection_links=False)
    except REFUSALS:
        return False
    except Exception as crash:  # pylint: disable=broad-except
        return crash
    return True


def apply_rule(rule, queue, sides, links):
    """The names that one rule consumes; RuleVerificationError when it fails."""
    data = rulelib.unpack_rule(rule)
    kind = data["rule_type"]
    if kind == "match":
        return verifylib.verify_match_rule(data, queue, sides["source"], links)
    if kind in ("create", "delete", "modify"):
        judge = getattr(verifylib, "verify_%s_rule" % kind)
        both = [sides["materials"], sides["products"]]
        return judge(data["pattern"], queue, *(both if kind == "modify" else map(set, both)))
    return getattr(verifylib, "verify_%s_rule" % kind)(data["pattern"], queue) or set()


def trace_python(case, folder, key):
    """For each step the effect of each rule: "failed", or the number of consumed artifacts."""
    links = {n: Metablock.load(os.path.join(folder, "links", "%s.%s.link" % (n, key["keyid"][:8]))) for n in case.steps}
    trace = {}
    for name, link in links.items():
        trace[name] = []
        for number, side in enumerate(("materials", "products")):
            sides = {"materials": link.signed.materials, "products": link.signed.products}
            sides["source"] = sides[side]
            queue = set(sides[side])
            for rule in case.rules[name][number]:
                try:
                    consumed = apply_rule(rule, queue, sides, links)
                    queue -= consumed
                    trace[name].append(len(consumed))
                except exceptions.RuleVerificationError:
                    trace[name].append("failed")
    return trace


def trace_ours(report, steps):
    """The same from our report."""
    trace = {n: [] for n in steps}
    for check in report["checks"]:
        if check["item"] not in trace or not check["code"].startswith("rule.") or check["code"] == "rule.rest":
            continue
        consumed = re.match(r"\w+: consumed (\d+) of", check["text"])
        effect = "failed" if check["outcome"] == "failed" else int(consumed.group(1)) if consumed else 0
        trace[check["item"]].append(effect)
    return trace


def ask_ours(folder):
    """True or False, and the report; any status but these is a fault of ours."""
    done = subprocess.run(
        ["intoto-verify", "--allow=bad-glob", "--format=json", "-l", os.path.join(folder, "root.layout"),
         "--verification-keys", os.path.join(folder, "owner.json"), "--link-dir", os.path.join(folder, "links")],
        capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 65):
        raise RuntimeError("status %d: %s" % (done.returncode, done.stderr))
    return done.returncode == 0, json.loads(done.stdout)


def match_parts(rule):
    """The source and destination prefix of a MATCH, else None."""
    words = [w.lower() for w in rule]
    if not words or words[0] != "match" or len(words) not in (6, 8, 10):
        return None
    source = rule[3] if words[2] == "in" else ""
    destination = rule[-3] if words[-4] == "in" else ""
    return source, destination


def explained(case, verdict):
    """
    Why Python may judge otherwise.  Behind a prefix it joins paths as the system does and turns each
    backslash into a slash: a rest that is absolute stands for another artifact or for none (it
    crashes then), and so does a name with a backslash.  We take names as they are.
    """
    if isinstance(verdict, KeyError):
        return "Python crashed on a name behind a prefix"
    for item, sides in case.rules.items():
        for rule in sides[0] + sides[1]:
            parts = match_parts(rule)
            if not parts or not any(parts):
                continue
            source, destination = parts
            if any("\\" in text for text in [source, destination] + list(case.pool)):
                return "a backslash with a prefix"
            folder = os.path.join(source, "")
            if source and any(n.startswith(folder + "/") for n in case.names(item)):
                return "an absolute name behind a source prefix"
    return None


def differs(case, folder, key, theirs):
    """(our verdict, "" or what differs)."""
    ours, report = ask_ours(folder)
    if theirs is not ours:
        return ours, "Python: %r, ours: %r\n%s" % (theirs, ours, json.dumps(report, indent=1))
    if report["checks"][-1]["code"] == "layout.format":
        return ours, ""
    want, got = trace_python(case, folder, key), trace_ours(report, case.steps)
    return ours, "" if want == got else "Python: %r, ours: %r\n%r" % (want, got, case.rules)


def compare(case, folder, key):
    """(what to count, "" or what differs and must not)."""
    write_case(case, folder, key)
    os.chdir(os.path.join(folder, "here"))
    theirs = ask_python(folder, key)
    try:
        ours, text = differs(case, folder, key, theirs)
    except KeyError as crash:  # of Python's rules, behind one that failed
        ours, theirs, text = False, crash, "Python crashed behind a failure"
    os.chdir("/")
    if not text:
        return "passed" if ours else "refused", ""
    why = explained(case, theirs)
    return (why, "") if why else ("UNEXPLAINED", text)


def main(seed, count, keep=None):
    """Prints the tally; the status says whether all differences are explained."""
    key = securesystemslib.keys.generate_ed25519_key()
    tally = {}
    top = tempfile.mkdtemp()
    for number in range(int(seed), int(seed) + int(count)):
        folder = os.path.join(top, str(number))
        result, text = compare(Case(random.Random(number)), folder, key)
        tally[result] = tally.get(result, 0) + 1
        if text:
            print("# seed %d: %s" % (number, text.replace("\n", "\n# ")))
            if keep:
                shutil.move(folder, keep)
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(top)
    for result in sorted(tally):
        print("%6d %s" % (tally[result], result))
    return 1 if tally.get("UNEXPLAINED") else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
