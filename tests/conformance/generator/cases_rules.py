# SPDX-License-Identifier: Apache-2.0
"""Artifact rules, patterns and artifact names."""
from .documents import one_step, sha, step, two_steps
from .keys import carol

A, B = sha("a"), sha("b")


def rules(corpus):
    s = corpus.section("rules", "Artifact rules", "in-toto 1.0, 4.3.3 and 4.3.3.1")

    def products(rules, after, before=None):
        return one_step(rules, products=after, materials=before)

    def materials(rules, before, after=None):
        return one_step([], rules, products=after, materials=before)

    def pair(name, title, rule, good, bad, reason="rule.disallow", **more):
        s.accept(name, title, good, rule, **more)
        s.refuse(f"{name}-not", f"{title}: the contrary", reason, bad, rule, **more)

    create = "CREATE consumes what is a product and no material."
    pair("create", "a file that the step made", create, products(["CREATE f", "DISALLOW *"], {"f": A}),
         products(["CREATE f", "DISALLOW *"], {"f": A}, {"f": A}))
    s.refuse("create-modified", "CREATE does not take a file that was changed", "rule.disallow",
             products(["CREATE f", "DISALLOW *"], {"f": B}, {"f": A}), create)
    s.refuse("create-in-materials", "CREATE among materials consumes nothing", "rule.disallow",
             materials(["CREATE f", "DISALLOW *"], {"f": A}), create)
    delete = "DELETE consumes what is a material and no product."
    pair("delete", "a file that the step removed", delete, materials(["DELETE f", "DISALLOW *"], {"f": A}),
         materials(["DELETE f", "DISALLOW *"], {"f": A}, {"f": A}))
    s.refuse("delete-in-products", "DELETE among products consumes nothing", "rule.disallow",
             products(["DELETE f", "DISALLOW *"], {"f": A}), delete)
    modify = "MODIFY consumes what is on both sides with different digests."
    pair("modify", "a file that the step changed", modify, products(["MODIFY f", "DISALLOW *"], {"f": B}, {"f": A}),
         products(["MODIFY f", "DISALLOW *"], {"f": A}, {"f": A}))
    pair("modify-materials", "the same among materials", modify, materials(["MODIFY f", "DISALLOW *"], {"f": A}, {"f": B}),
         materials(["MODIFY f", "DISALLOW *"], {"f": A}, {"f": A}))
    s.refuse("modify-new", "MODIFY does not take a new file", "rule.disallow", products(["MODIFY f", "DISALLOW *"], {"f": A}), modify)
    s.refuse("modify-unclean-name", "MODIFY does not take an unchanged file whose name is no clean path", "rule.disallow",
             products(["MODIFY *", "DISALLOW *"], {"./f": A}, {"./f": A}), modify, notes="Names are not changed before they are compared.")
    s.accept("modify-unclean-name-changed", "MODIFY takes a changed file whose name is no clean path",
             products(["MODIFY *", "DISALLOW *"], {"./f": B}, {"./f": A}), modify, notes="Names are not changed before they are compared.")
    allow = "ALLOW consumes what matches."
    pair("allow", "ALLOW takes what matches", allow, products(["ALLOW f*", "DISALLOW *"], {"f": A, "f2": A}),
         products(["ALLOW f", "DISALLOW *"], {"f": A, "f2": A}))
    disallow = "DISALLOW fails when something that was not consumed matches."
    pair("disallow", "DISALLOW of what is not there", disallow, products(["DISALLOW secret"], {"f": A}),
         products(["DISALLOW secret"], {"f": A, "secret": A}), spec="in-toto 1.0, 4.3.3.3")
    s.refuse("disallow-first", "a rule behind DISALLOW comes too late", "rule.disallow", products(["DISALLOW *", "ALLOW *"], {"f": A}),
             "Rules apply in their order.", spec="in-toto 1.0, 4.3.3.1")
    s.refuse("disallow-materials", "DISALLOW among materials", "rule.disallow", materials(["DISALLOW f"], {"f": A}), disallow,
             spec="in-toto 1.0, 4.3.3.3")
    s.accept("disallow-nothing", "DISALLOW * where there is nothing", products(["DISALLOW *"], {}), disallow, spec="in-toto 1.0, 4.3.3.3")
    require = "REQUIRE fails when the artifact is not there, or was consumed before."
    pair("require", "a file that must be there", require, products(["REQUIRE f", "ALLOW *"], {"f": A}),
         products(["REQUIRE f", "ALLOW *"], {"g": A}), "rule.require", spec="in-toto 1.0, 4.3.3.3")
    s.refuse("require-consumed", "REQUIRE of what a rule before it consumed", "rule.require",
             products(["ALLOW f", "REQUIRE f"], {"f": A}), require, spec="in-toto 1.0, 4.3.3.3")
    s.refuse("require-keeps", "REQUIRE does not consume", "rule.disallow", products(["REQUIRE f", "DISALLOW *"], {"f": A}),
             "REQUIRE consumes nothing.", spec="in-toto 1.0, 4.3.3.3")
    s.refuse("require-glob", "REQUIRE with a star", "rule.require", products(["REQUIRE f*"], {"f": A}), "REQUIRE has a name, not a pattern.")
    s.accept("require-star", "REQUIRE of a file that is called *", products(["REQUIRE *"], {"*": A}), "REQUIRE has a name, not a pattern.")
    s.accept("require-materials", "REQUIRE among materials", materials(["REQUIRE f"], {"f": A}), require, spec="in-toto 1.0, 4.3.3.3")

    s.accept("no-rules", "no rules at all", products([], {"anything": A}), "What no rule consumes is allowed in the end.")
    s.accept("rest", "files that no rule speaks of", products(["CREATE f"], {"f": A, "g": B}), "What no rule consumes is allowed in the end.")
    s.accept("unused", "rules that consume nothing", products(["CREATE x", "MODIFY y", "ALLOW z"], {"f": A}),
             "A rule that consumes nothing does not fail.", warns="rule.unused")
    s.accept("sides-apart", "the same name may be judged on each side by itself",
             one_step(["ALLOW f", "DISALLOW *"], ["ALLOW f", "DISALLOW *"], {"f": A}, {"f": B}), "Materials and products have their own rules.")
    s.accept("consumed-once", "what a rule consumed is gone for the next", products(["CREATE f", "DISALLOW f"], {"f": A}),
             "Rules apply in their order to what is left.")
    s.refuse("many", "the 200th rule counts", "rule.disallow",
             products([f"ALLOW f{i}" for i in range(199)] + ["DISALLOW *"], {**{f"f{i}": A for i in range(199)}, "g": A}), "Rules apply in their order.")


def matches(corpus):
    s = corpus.section("match", "The MATCH rule", "in-toto 1.0, 4.3.3.2")
    rule = "MATCH consumes what the other step has under the corresponding name with the same digests."
    PLAIN = ["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"]
    s.accept("plain", "the same file", two_steps(PLAIN, {"f": A}, {"f": A}), rule)
    s.refuse("other-digest", "the same name, another digest", "rule.disallow", two_steps(PLAIN, {"f": B}, {"f": A}), rule)
    s.refuse("not-there", "a file that the other step does not have", "rule.disallow", two_steps(PLAIN, {"f": A, "g": A}, {"f": A}), rule)
    s.accept("less", "the other step has more", two_steps(PLAIN, {"f": A}, {"f": A, "g": B}), rule)
    s.refuse("other-name", "the same digest, another name", "rule.disallow", two_steps(PLAIN, {"g": A}, {"f": A}), rule)
    s.refuse("other-side", "the file is among the materials, the rule says products", "rule.disallow",
             with_materials(two_steps(PLAIN, {"f": A}, {}), {"f": A}), rule)
    s.accept("materials", "the materials of the other step",
             with_materials(two_steps(["MATCH * WITH MATERIALS FROM build", "DISALLOW *"], {"f": A}, {}), {"f": A}), rule)
    s.accept("pattern", "only what matches the pattern is looked at",
             two_steps(["MATCH *.o WITH PRODUCTS FROM build", "DISALLOW *.o", "ALLOW *"], {"f.o": A, "f.c": B}, {"f.o": A, "f.c": A}), rule)
    s.accept("not-required", "MATCH does not demand anything", two_steps(["MATCH f WITH PRODUCTS FROM build"], {}, {"f": A}), rule, warns="rule.unused")

    IN = "IN names a folder: only what is below it is meant, and the rest of the name is compared below the other folder."
    source = ["MATCH * IN src WITH PRODUCTS FROM build", "DISALLOW *"]
    s.accept("source-folder", "a source folder", two_steps(source, {"src/f": A}, {"f": A}), IN)
    s.refuse("source-folder-other", "a source folder, the digest differs", "rule.disallow", two_steps(source, {"src/f": B}, {"f": A}), IN)
    s.refuse("source-folder-outside", "a file that is not in the source folder", "rule.disallow", two_steps(source, {"f": A}, {"f": A}), IN)
    s.refuse("source-folder-prefix", "a folder whose name only begins so", "rule.disallow", two_steps(source, {"srcs/f": A}, {"f": A}), IN)
    s.accept("source-folder-slash", "a source folder with a slash behind it",
             two_steps(["MATCH * IN src/ WITH PRODUCTS FROM build", "DISALLOW *"], {"src/f": A}, {"f": A}), IN)
    s.accept("source-folder-deep", "a file deep below", two_steps(source, {"src/a/b/f": A}, {"a/b/f": A}), IN)
    s.refuse("source-folder-glob", "a pattern in the place of a folder", "rule.disallow",
             two_steps(["MATCH * IN s* WITH PRODUCTS FROM build", "DISALLOW *"], {"src/f": A}, {"f": A}), "A folder is a name, not a pattern.")
    destination = ["MATCH * WITH PRODUCTS IN dst FROM build", "DISALLOW *"]
    s.accept("destination-folder", "a destination folder", two_steps(destination, {"f": A}, {"dst/f": A}), IN)
    s.refuse("destination-folder-outside", "the other step has it elsewhere", "rule.disallow", two_steps(destination, {"f": A}, {"f": A}), IN)
    both = ["MATCH *.o IN src WITH PRODUCTS IN dst FROM build", "DISALLOW *"]
    s.accept("both-folders", "both folders", two_steps(both, {"src/f.o": A}, {"dst/f.o": A}), IN)
    s.refuse("both-folders-swapped", "both folders, the wrong way round", "rule.disallow", two_steps(both, {"dst/f.o": A}, {"src/f.o": A}), IN)
    s.accept("pattern-below-folder", "the pattern is for the rest of the name",
             two_steps(["MATCH f IN src WITH PRODUCTS FROM build", "DISALLOW *"], {"src/f": A}, {"f": A}), IN)
    s.refuse("pattern-with-folder", "a pattern that repeats the folder", "rule.disallow",
             two_steps(["MATCH src/f IN src WITH PRODUCTS FROM build", "DISALLOW *"], {"src/f": A}, {"f": A}), IN)
    s.either("dot-folder", "a folder that is called .", two_steps(["MATCH * IN . WITH PRODUCTS FROM build", "DISALLOW *"], {"f": A}, {"f": A}),
             "Whether folders are normalised is not said; the reference implementation does not.", reason="rule.disallow")

    unknown = "A step that is not there has nothing, so that nothing can be consumed."
    s.refuse("unknown-step", "FROM a step that the layout does not have", "rule.disallow",
             two_steps(["MATCH * WITH PRODUCTS FROM bulid", "DISALLOW *"], {"f": A}, {"f": A}), unknown)
    s.accept("unknown-step-open", "the same without DISALLOW", two_steps(["MATCH * WITH PRODUCTS FROM bulid"], {"f": A}, {"f": A}),
             "A rule that consumes nothing does not fail.", warns="rule.unknown-step")
    s.refuse("case-of-step", "FROM a step in other case", "rule.disallow",
             two_steps(["MATCH * WITH PRODUCTS FROM BUILD", "DISALLOW *"], {"f": A}, {"f": A}), unknown)
    s.accept("self", "a step may look at itself",
             one_step(["MATCH * WITH MATERIALS FROM build", "DISALLOW *"], products={"f": A}, materials={"f": A}), rule)
    chain = two_steps([], {"f": A}, {"f": A})
    chain.layout["steps"][0]["expected_products"] = [w.split() for w in ["MATCH * WITH MATERIALS FROM pack", "DISALLOW *"]]
    s.accept("later", "a step may look at a later one", chain, rule)
    for name, words in ("lower-case", "match * in src with products in dst from build"), ("mixed-case", "Match * In src With Products In dst From build"):
        s.either(name, "keywords in other case", two_steps([words, "DISALLOW *"], {"src/f": A}, {"dst/f": A}),
                 "The case of keywords is not said; the reference implementation ignores it.", spec="in-toto 1.0, 4.3.3")
    s.accept("three-steps", "through three steps", three(), rule)
    s.refuse("three-steps-broken", "through three steps, changed between the second and the third", "rule.disallow", three(True), rule)
    s.refuse("trap-allow", "ALLOW before MATCH takes what MATCH should have judged", "rule.require",
             two_steps(["ALLOW f", "MATCH f WITH PRODUCTS FROM build", "REQUIRE f"], {"f": B}, {"f": A}), "Rules apply in their order to what is left.",
             spec="in-toto 1.0, 4.3.3.1")
    s.accept("trap-no-disallow", "a changed file passes where nothing forbids what is left",
             two_steps(["MATCH * WITH PRODUCTS FROM build"], {"f": B}, {"f": A}),
             "MATCH does not fail; what it leaves is allowed unless a DISALLOW follows.", spec="in-toto 1.0, 4.3.3.1")


def three(broken=False):
    chain = two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {"f": A}, {"f": A})
    chain["pack"].body["products"] = {"f": B}
    chain.layout["steps"].append(step("ship", [carol], ["MATCH * WITH PRODUCTS FROM pack", "DISALLOW *"], []))
    chain.know(carol)
    chain.add("ship", carol, {"f": A if broken else B}, {})
    return chain


def with_materials(chain, materials):
    chain["build"].body["materials"] = materials
    return chain


def patterns(corpus):
    s = corpus.section("patterns", "Patterns", "in-toto 1.0, 4.3.3: glob(7); the reference implementation for what that leaves open")
    rule = "DISALLOW fails exactly when its pattern matches the name."

    # name of the case, pattern, artifact, does it match
    table = [
        ("literal", "foo", "foo", True), ("literal-longer", "foo", "foobar", False), ("literal-folder", "foo", "foo/bar", False),
        ("case", "Foo", "foo", False), ("star", "f*", "foo", True), ("star-empty", "foo*", "foo", True),
        ("star-slash", "src*c", "src/a/b.c", True), ("star-dot", "*", ".hidden", True), ("star-newline", "*", "a\nb", True),
        ("star-middle", "a*b*c", "a-b-b-c", True), ("star-middle-not", "a*b*c", "a-c-b", False),
        ("question", "f?o", "foo", True), ("question-none", "f?o", "fo", False), ("question-character", "?", "漢", True),
        ("class", "[abc]", "b", True), ("class-not", "[abc]", "d", False), ("range", "[a-c]x", "bx", True),
        ("range-not", "[a-c]x", "dx", False), ("negated", "[!a]", "b", True), ("negated-not", "[!a]", "a", False),
        ("class-case", "[a-z]", "B", False), ("class-digit", "v[0-9].[0-9]", "v1.2", True),
        ("star-in-class", "[*]", "*", True), ("star-in-class-not", "[*]", "x", False),
        ("class-umlaut", "[ü]", "ü", True), ("hidden-question", "?hidden", ".hidden", True),
    ]
    for name, pattern, artifact, matches in table:
        chain = one_step([["DISALLOW", pattern]], products={artifact: A})
        title = f"the pattern {pattern} and the name {artifact!r}"
        if matches:
            s.refuse(name, title, "rule.disallow", chain, rule)
        else:
            s.accept(name, title, chain, rule)

    # where the shell, Python and Go differ
    left_open = [
        ("caret", "[^a]", "^", True), ("caret-other", "[^a]", "b", False), ("bracket-first", "[]a]", "]", True),
        ("dash-last", "[a-]", "-", True), ("dash-first", "[-a]", "-", True), ("range-backwards", "[c-a]", "b", False),
        ("backslash", "\\*", "*", False), ("backslash-literal", "\\*", "\\x", True), ("double-star", "**", "a/b", True),
        ("braces", "{a,b}", "a", False), ("braces-literal", "{a,b}", "{a,b}", True), ("dot-slash", "./foo", "foo", False),
        ("two-slashes", "foo//bar", "foo/bar", False), ("slash-behind", "foo/", "foo", False), ("two-dots", "a/../foo", "foo", False),
        ("empty", "", "foo", False), ("named-class", "[[:alpha:]]", "a", False), ("slash-in-class", "a[/]b", "a/b", True),
    ]
    for name, pattern, artifact, matches in left_open:
        chain = one_step([["DISALLOW", pattern]], products={artifact: A})
        s.either(name, f"the pattern {pattern!r} and the name {artifact!r}", chain,
                 "Implementations read this pattern in different ways; ours as the reference implementation.",
                 reason="rule.disallow" if matches else None)
    for name, pattern, artifact in ("open-bracket", "[secret", "secret"), ("open-bracket-behind", "secret[", "secret"):
        chain = one_step([["DISALLOW", pattern]], products={artifact: A})
        s.either(name, f"DISALLOW {pattern} and the name {artifact}", chain,
                 "An open bracket stands for itself, and its author probably meant something else.", reason="layout.pattern")
    s.refuse("open-bracket-literal", "DISALLOW [secret and the name [secret", "layout.pattern",
             one_step([["DISALLOW", "[secret"]], products={"[secret": A}),
             "An open bracket stands for itself; in any case it must not open what it should close.", also=["rule.disallow"])


def names(corpus):
    s = corpus.section("names", "Abstract artifacts", "ITE-4; in-toto 1.0, 4.3.3")
    rule = "A name may be a URI; rules compare names as texts."
    for name, text in ("file", "file:src/f"), ("git", "git:commit:" + "1" * 40), ("oci", "oci://registry.example/app:1.0"), ("unknown", "a:b"), ("purl", "pkg:npm/%40scope/x@1.0"):
        chain = two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {text: A}, {text: A})
        s.accept(name, f"an artifact called {text}", chain, rule)
    s.refuse("scheme-counts", "file:f is not f", "rule.disallow",
             two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {"file:f": A}, {"f": A}), rule)
    s.accept("scheme-pattern", "a pattern over a scheme", one_step(["ALLOW git:*", "DISALLOW *"], products={"git:commit:" + "2" * 40: A}), rule)
    s.accept("backslash", "a backslash is a character of a name", two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {"a\\b": A}, {"a\\b": A}), rule)
    s.accept("unclean", "names are not cleaned", two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {"./a//b": A}, {"./a//b": A}), rule)
    s.refuse("unclean-is-other", "./f is not f", "rule.disallow", two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {"./f": A}, {"f": A}), rule,
             notes="Go cleans names first.")
    s.accept("absolute", "an absolute path", two_steps(["MATCH * WITH PRODUCTS FROM build", "DISALLOW *"], {"/etc/f": A}, {"/etc/f": A}), rule)


def add(corpus):
    rules(corpus)
    matches(corpus)
    patterns(corpus)
    names(corpus)
