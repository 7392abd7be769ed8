# SPDX-License-Identifier: Apache-2.0
"""Links: their files, fields, signatures, thresholds, agreement and commands."""
from .documents import DSSE, METABLOCK, Chain, sha
from .keys import CURRENT, alice, bob, carol, dave, eve

FILES = "in-toto 1.0, 4.4: [name].[keyid prefix].link"


def id8(key):
    return key.keyid()[:8]


def files(corpus):
    s = corpus.section("link-files", "Finding the links of a step", FILES)
    s.refuse("missing", "the link of a step is missing", "step.threshold", Chain().drop("build"), "Every step needs its links.",
             spec="in-toto 1.0, 5.2 step 4")
    s.refuse("none", "no link at all", "step.threshold", Chain().drop("build").drop("pack"), "Every step needs its links.",
             spec="in-toto 1.0, 5.2 step 4")

    def planted(path, data, drop=None):
        chain = Chain()
        if drop:
            chain.drop(drop)
        chain.files[f"links/{path}"] = data
        return chain

    broken = "Whoever can put a file into the folder must not be able to stop a verification that has all it needs."
    s.accept("planted-stranger", "a broken file under the id of nobody", planted("build.00000000.link", "x"), broken,
             warns="link.unauthorised")
    chain = planted(f"build.{id8(carol)}.link", "{")
    chain.layout["steps"][0]["pubkeys"].append(carol.keyid())
    chain.know(carol)
    s.accept("planted-broken", "a broken file under the id of another authorised key", chain, broken, warns="link.format")
    chain = Chain()
    chain.know(carol)
    chain.layout["steps"][0]["pubkeys"].append(carol.keyid())
    chain.add("build", carol, {}, {"out": sha("other")}, signers=[eve])
    s.accept("planted-badly-signed", "a link by a stranger under the id of another authorised key", chain, broken,
             warns="link.signature")
    s.refuse("broken", "the only link of a step is broken", "link.format",
             planted(f"build.{id8(alice)}.link", '{"signatures": [], "sig', "build"), "A broken link is no link.")
    s.refuse("not-an-envelope", "the only link of a step is an empty object", "link.format",
             planted(f"build.{id8(alice)}.link", "{}", "build"), "A broken link is no link.")
    s.accept("other-files", "files of all kinds beside the links", planted("README", "links are here\n"),
             "Only files that are called like links are links.")
    chain = Chain().drop("build")
    chain.files[f"links/build.{id8(alice)}.link/inside"] = "a folder\n"
    s.refuse("folder", "a folder called like the link", "link.format", chain, "A folder is no link.")
    chain = Chain()
    chain["build"].keyid = bob.keyid()
    s.refuse("under-other-id", "alice's link under the id of bob, who may not do the step", "step.threshold", chain,
             "A link is found by the id of the key that signed it.")
    chain = Chain()
    chain["build"].folder = "links/"
    s.refuse("in-a-folder-below", "the link is in a folder below", "step.threshold", chain, "Links are in the folder of the links.")
    chain = Chain()
    chain["build"].keyid = alice.keyid(CURRENT)
    s.either("other-dialect", "the file has the key's id in another dialect", chain,
             "A keyid is the digest of the key's canonical form, of which two versions are in use.", spec="in-toto 1.0, 4.2.1")
    chain = Chain()
    chain.drop("build")
    chain.files[f"links/build.{alice.keyid()}.link"] = Chain()["build"].data()
    s.refuse("whole-keyid", "the file has the whole keyid in its name", "step.threshold", chain,
             "The name has the first eight digits of the keyid.")
    chain = Chain().drop("build")
    chain.files[f"links/BUILD.{id8(alice)}.link"] = Chain()["build"].data()
    s.refuse("other-case", "the file is called BUILD", "step.threshold", chain, "Names of steps are case-sensitive.")
    chain = Chain().drop("build")
    chain.files["links/build.link"] = Chain()["build"].data()
    s.refuse("no-keyid", "the file has no keyid in its name", "step.threshold", chain, "The name has the first eight digits of the keyid.")
    chain = Chain().drop("build")
    chain.files[f"links/.build.{id8(alice)}.link-unfinished"] = Chain()["build"].data()
    s.refuse("unfinished", "only an unfinished record is there", "step.threshold", chain, "A step that was not finished gives no link.",
             spec="the reference implementation (in-toto-record)")

    # ids that a layout makes up: nobody recomputes them
    def made_up(ids, threshold, signers, keys=(alice, carol)):
        chain = Chain()
        chain.drop("build")
        chain.layout["keys"] = {bob.keyid(): bob.entry()}
        for keyid, key in zip(ids, keys):
            chain.layout["keys"][keyid] = key.entry(keyid=keyid)
        chain.layout["steps"][0].update(pubkeys=list(ids), threshold=threshold)
        chain.add("build", alice, {}, {"out": sha("out")}, keyid=ids[0],
                  signers=[(key, keyid) for key, keyid in zip(keys, ids) if key in signers])
        return chain

    first, other = "aaaaaaaa" + "1" * 56, "aaaaaaaa" + "2" * 56
    rule = "A keyid names a key within a layout; whether it must be the digest of the key is not checked by anybody."
    s.either("made-up-keyid", "a keyid that the layout made up", made_up([first], 1, [alice], [alice]), rule,
             spec="in-toto 1.0, 4.2.1")
    s.accept("shared-prefix", "two keyids that begin alike, and one link by the second", made_up([first, other], 1, [carol]),
             "The prefix is no identity: whoever of both signed, it is their link.")
    s.either("shared-prefix-two", "two keyids that begin alike, one file that both signed, threshold 2",
             made_up([first, other], 2, [alice, carol]), "Whether one file may hold two functionaries' words is not said.")
    s.refuse("shared-prefix-one", "two keyids that begin alike, one file that one signed, threshold 2", "step.threshold",
             made_up([first, other], 2, [alice]), "A file counts for those who signed it.", spec="in-toto 1.0, 4.3.1")


def threshold(corpus):
    s = corpus.section("threshold", "Who signed the links, and how many", "in-toto 1.0, 4.3.1: threshold and pubkeys")
    out = {"out": sha("out")}

    def group(keys, need, signed, form=METABLOCK):
        chain = Chain(form).drop("build")
        chain.know(*keys)
        chain.layout["steps"][0].update(pubkeys=[k.keyid() for k in keys], threshold=need)
        for key in signed:
            chain.add("build", key, {}, out)
        return chain

    count = "As many authorised functionaries as the threshold says must have done the step."
    for form in METABLOCK, DSSE:
        s.accept(f"{form}-two-of-two", "two of two", group([alice, carol], 2, [alice, carol], form), count)
        s.refuse(f"{form}-one-of-two", "one of two", "step.threshold", group([alice, carol], 2, [alice], form), count)
    s.accept("two-of-three", "two of three", group([alice, carol, dave], 2, [alice, dave]), count)
    s.accept("three-for-two", "three links where two are needed", group([alice, carol, dave], 2, [alice, carol, dave]), count)
    s.refuse("more-than-keys", "a threshold that the keys can never reach", "step.quorum", group([alice], 2, [alice]), count)
    s.refuse("nobody", "a step that nobody may do", "step.quorum", group([], 1, []), count)
    chain = group([alice], 1, [alice])
    chain.layout["steps"][0]["pubkeys"] = [eve.keyid()]
    chain["build"].keyid, chain["build"].signers = eve.keyid(), [eve]
    s.refuse("key-not-in-layout", "the authorised keyid has no key in the layout", "step.quorum", chain,
             "The keys of functionaries are in the layout.", spec="in-toto 1.0, 4.3")

    authorised = "Only the keys that the step names may sign its links."
    s.refuse("unauthorised", "a key of the layout that another step names", "step.threshold", group([alice], 1, [bob]), authorised)
    chain = group([alice], 1, [])
    chain.add("build", alice, {}, out, signers=[bob])
    s.refuse("unauthorised-under-name", "a key of the layout, under the authorised key's file name", "link.signature", chain, authorised)
    chain = group([alice], 1, [])
    chain.add("build", alice, {}, out, signers=[(bob, alice.keyid())])
    s.refuse("claimed-keyid", "another key's signature that claims the authorised keyid", "link.signature", chain, authorised)
    chain = group([alice], 1, [])
    chain.add("build", alice, {}, out, signers=[])
    s.refuse("unsigned", "a link that nobody signed", "link.signature", chain, authorised)
    chain = group([alice], 1, [])
    chain.add("build", alice, {}, out, signers=[eve, alice])
    s.accept("second-signature", "a link that a stranger signed first and the functionary second", chain, authorised)
    chain = group([alice], 1, [])
    chain.add("build", alice, {}, out, signers=[(eve, alice.keyid()), alice])
    s.accept("bad-then-good", "two signatures under the functionary's id, the second is good", chain,
             "A good signature by the key is there; a bad one that claims its id takes nothing away.")
    chain = group([alice], 1, [alice])
    chain["build"].patch = lambda d: d.replace(sha("out")["sha256"].encode(), sha("ouT")["sha256"].encode())
    s.refuse("changed-link", "a digest in the link was changed", "link.signature", chain, "The signature must verify.")
    chain = group([alice, carol], 2, [alice, carol])
    chain.links[-1].signers = [(eve, carol.keyid())]
    s.refuse("one-of-two-bad", "two links, one with a wrong signature, threshold 2", "link.signature", chain, count)
    chain = group([alice, carol, dave], 2, [alice, carol, dave])
    next(x for x in chain.links if x.keyid == carol.keyid()).signers = [(eve, carol.keyid())]
    s.accept("one-of-three-bad", "three links, one with a wrong signature, threshold 2", chain, count, warns="link.signature")

    distinct = "Several pieces of evidence mean several functionaries; one key is one functionary, whatever it is called."
    chain = group([alice], 1, [alice])
    chain.layout["keys"][alice.keyid(CURRENT)] = alice.entry(CURRENT)
    chain.layout["steps"][0].update(pubkeys=[alice.keyid(), alice.keyid(CURRENT)], threshold=2)
    chain.add("build", alice, {}, out, keyid=alice.keyid(CURRENT), signers=[(alice, alice.keyid(CURRENT))])
    s.refuse("one-key-two-ids", "one key under two ids, two links, threshold 2", "step.authority", chain, distinct,
             also=["step.quorum"])
    chain = group([alice], 1, [])
    fake = "b" * 64
    chain.layout["keys"][fake] = alice.entry(keyid=fake)
    chain.layout["steps"][0].update(pubkeys=[alice.keyid(), fake], threshold=2)
    chain.add("build", alice, {}, out)
    chain.add("build", alice, {}, out, keyid=fake, signers=[(alice, fake)])
    s.refuse("one-key-made-up-id", "one key under its own and a made-up id, two links, threshold 2", "step.authority", chain, distinct,
             also=["step.quorum"])
    chain = group([alice], 2, [alice])
    chain.layout["steps"][0]["pubkeys"] *= 2
    s.refuse("one-id-twice", "one keyid listed twice, threshold 2", "step.quorum", chain, distinct)
    chain = group([alice], 1, [alice])
    chain.layout["steps"][0]["pubkeys"] *= 2
    s.accept("one-id-twice-enough", "one keyid listed twice, threshold 1", chain, distinct, warns="step.authority")
    chain = group([alice, carol], 2, [alice])
    chain["build"].signers = [alice, alice]
    s.refuse("signed-twice", "one link that one key signed twice, threshold 2", "step.threshold", chain, distinct)
    chain = group([alice, carol], 2, [])
    chain.add("build", alice, {}, out, signers=[alice, carol])
    s.either("both-in-one-file", "one file, named after one key, signed by both, threshold 2", chain,
             "Links are counted by file in all implementations; the specification speaks of pieces of link metadata.",
             reason="step.threshold")
    chain = group([alice, carol], 2, [alice])
    chain.add("build", carol, {}, out, signers=[alice])
    s.refuse("copied-file", "one functionary's link copied under the other's name, threshold 2", "link.signature", chain, distinct)

    name = "A link speaks of the step that it names."
    chain = Chain()
    chain["build"].body["name"] = "pack"
    s.refuse("other-name", "a link of another step, renamed", "link.name", chain, name, spec="in-toto 1.0, 4.4: name identifies the step")
    chain = Chain()
    chain["build"].body["name"] = "Build"
    s.refuse("other-case", "a link whose name differs in case", "link.name", chain, name, spec="in-toto 1.0, 4.4")
    chain = Chain()
    chain["build"].body["name"] = ""
    s.refuse("no-name", "a link with an empty name", "link.name", chain, name, spec="in-toto 1.0, 4.4")
    chain = Chain()
    chain.layout["steps"][1]["pubkeys"] = [alice.keyid()]
    chain.drop("pack")
    chain.drop("build")
    chain.add("build", alice, {}, {"out": sha("out")})
    renamed = chain.add("pack", alice, {"out": sha("out")}, {"a.tar": sha("a.tar")})
    renamed.body["name"] = "sign-off"
    s.refuse("across-steps", "a functionary of two steps: a link of a third thing takes the place of one", "link.name", chain, name,
             spec="in-toto 1.0, 4.4")


def agreement(corpus):
    s = corpus.section("agreement", "Links of one step that must agree",
                       "in-toto 1.0, 4.3.1: several functionaries perform the operation and report the same results")

    def pair(change, threshold=2, third=None):
        chain = Chain().drop("build")
        keys = [alice, carol] + ([dave] if third else [])
        chain.know(*keys)
        chain.layout["steps"][0].update(pubkeys=[k.keyid() for k in keys], threshold=threshold)
        for key in keys:
            chain.add("build", key, {"in": sha("in")}, {"out": sha("out")})
        change(chain.links[-1].body)
        chain.layout["steps"][0]["expected_materials"] = [["ALLOW", "*"]]
        chain.layout["steps"][0]["expected_products"] = [["ALLOW", "*"]]
        chain.layout["steps"][1]["expected_materials"] = [["ALLOW", "*"]]
        return chain

    same = "Where a threshold asks for several links, they report the same materials and products."
    differ = [
        ("products", "another digest of a product", lambda b: b["products"].update(out=sha("other"))),
        ("materials", "another digest of a material", lambda b: b["materials"].update({"in": sha("other")})),
        ("extra-product", "one product more", lambda b: b["products"].update(more=sha("more"))),
        ("missing-material", "one material less", lambda b: b["materials"].clear()),
        ("other-name", "a product by another name", lambda b: b.update(products={"out2": sha("out")})),
    ]
    for name, title, change in differ:
        s.refuse(name, f"two links, threshold 2: one has {title}", "step.agreement", pair(change), same)
    for name, title, change in [
        ("command", "another command", lambda b: b.update(command=["make", "-j2"])),
        ("byproducts", "other byproducts", lambda b: b.update(byproducts={"stdout": "x", "return-value": 0})),
        ("environment", "another environment", lambda b: b.update(environment={"workdir": "/src"})),
    ]:
        s.accept(name, f"two links, threshold 2: one has {title}", pair(change), "Only materials and products must be the same.")
    s.refuse("third", "three links, threshold 2: the third differs", "step.agreement", pair(differ[0][2], 2, True), same)
    s.either("surplus", "two links, threshold 1: they differ", pair(differ[0][2], 1),
             "Whether links beyond the threshold must agree is not said; the implementations differ.", reason="step.agreement")
    s.accept("surplus-agrees", "two links, threshold 1: they agree", pair(lambda b: None, 1), same)
    s.either("upper-case-digest", "two links, threshold 2: one writes its digest in capitals",
             pair(lambda b: b["products"].update(out={"sha256": sha("out")["sha256"].upper()})), "The case of hex digits is not said.",
             spec="in-toto 1.0, 4.2.3")


def commands(corpus):
    s = corpus.section("commands", "Command alignment", "in-toto 1.0, 4.3.1: a command that differs is only worth a warning")

    def ran(expected, command):
        chain = Chain()
        chain.layout["steps"][0]["expected_command"] = expected
        chain["build"].body["command"] = command
        chain["build"].body["byproducts"] = {"return-value": 0, "stdout": "", "stderr": ""}
        return chain

    rule = "A command that differs from the expected one does not make verification fail."
    s.accept("same", "the expected command", ran(["make", "all"], ["make", "all"]), rule)
    s.accept("other", "another command", ran(["make", "all"], ["rm", "-rf", "/"]), rule, warns="link.command")
    s.accept("other-words", "the same letters in other words", ran(["make all"], ["make", "all"]), rule, warns="link.command")
    s.accept("none-expected", "a command where none is expected", ran([], ["make", "all"]), rule)
    s.accept("none-ran", "no command where one is expected", ran(["make"], []), rule, warns="link.command")


def fields(corpus):
    s = corpus.section("link-fields", "The fields of a link", "in-toto 1.0, 4.4")

    def change(member, value=None, remove=False):
        chain = Chain()
        if remove:
            del chain["build"].body[member]
        else:
            chain["build"].body[member] = value
        return chain

    def product(name, digests):
        chain = Chain()
        chain["build"].body["products"][name] = digests
        chain.layout["steps"][0]["expected_products"] = [["ALLOW", "*"]]
        return chain

    def bad(name, title, chain, rule, **more):
        s.refuse(name, title, "link.format", chain, rule, **more)

    bad("type-missing", "a link without type", change("_type", remove=True), "The type of a link is \"link\".")
    bad("type-other", "a link of type \"Link\"", change("_type", "Link"), "The type of a link is \"link\".")
    bad("name-missing", "a link without name", change("name", remove=True), "A link names its step.")
    for member in "materials", "products":
        bad(f"{member}-missing", f"a link without {member}", change(member, remove=True),
            f"A link says what its {member} were, even if there were none.", notes="The reference implementation takes an empty table.")
        bad(f"{member}-list", f"{member} as a list", change(member, ["out"]), f"{member} is an object of names and digests.")
    bad("command-text", "a command that is one text", change("command", "make all"), "A command is a list of texts.")
    bad("unknown-member", "an unknown member, signed", change("signed-off", True), "A link has the members that the specification names.",
        notes="Go refuses it too; the reference implementation drops it.")
    s.accept("environment", "a rich environment", change("environment", {"variables": ["A=b"], "workdir": "/src", "filesystem": {"x": [1]}}),
             "The environment is opaque.", spec="in-toto 1.0, 4.4.1")
    hashes = "in-toto 1.0, 4.2.3"
    digest = sha("x")["sha256"]
    for name, title, digests in [
        ("empty", "an artifact without digest", {}), ("text", "a digest that is a text", digest),
        ("not-hex", "a digest that is no hex", {"sha256": "g" * 64}), ("odd", "a digest of 63 digits", {"sha256": digest[:-1]}),
        ("short", "a SHA-256 digest of 62 digits", {"sha256": digest[:-2]}), ("null", "a digest that is null", {"sha256": None}),
        ("blank", "an empty digest", {"sha256": ""}), ("prefix", "a digest with 0x", {"sha256": "0x" + digest[2:]}),
    ]:
        bad(f"digest-{name}", title, product("x", digests), "A digest is named by its algorithm and written in hex.", spec=hashes)
    s.either("artifact-empty-name", "an artifact whose name is empty", product("", sha("x")), "Whether a name may be empty is not said.",
             reason="link.format")
    for name, text in ("newline", "a\nb"), ("escape", "\x1b[31mred"), ("umlaut", "grün/漢字"), ("blank", " "), ("long", "d/" * 2000 + "f"):
        s.accept(f"artifact-{name}", f"an artifact's name with {name}", product(text, sha("x")), "A name may hold any character.",
                 spec="in-toto 1.0, 4.4; ITE-4")
    chain = Chain()
    chain["build"].body["products"]["\x1b[2J\x1b[H\nPASSED: everything"] = sha("x")
    s.refuse("artifact-hostile", "an artifact whose name would clear the screen and say PASSED", "rule.disallow", chain,
             "Names come from strangers; they decide nothing by how they look.")

    ended = "Whether a step whose command failed may count is not said; its link says that it failed."
    for name, title, byproducts, verdict in [
        ("status-1", "a command that ended with status 1", {"return-value": 1}, "link.status"),
        ("signal", "a command that a signal ended", {"return-value": -9}, "link.status"),
        ("status-text", "a return value that is a text", {"return-value": "0"}, "link.status"),
        ("status-0", "a command that succeeded", {"return-value": 0}, None),
        ("status-missing", "a command and no return value", {"stdout": ""}, None),
    ]:
        chain = change("byproducts", byproducts)
        chain["build"].body["command"] = ["make"]
        s.either(name, title, chain, ended, reason=verdict, spec="in-toto 1.0, 4.4: byproducts are opaque")


def digests(corpus):
    s = corpus.section("digests", "Comparing digests of several algorithms", "in-toto 1.0, 4.2.3; attestation framework 1, DigestSet")
    both = sha("out", "sha256", "sha512")

    def match(here, there):
        chain = Chain()
        chain["build"].body["products"] = {"out": there}
        chain["pack"].body["materials"] = {"out": here}
        return chain

    rule = "Two sets of digests mean the same artifact when a strong algorithm that both have agrees, and none disagrees."
    s.accept("sha512", "SHA-512 on both sides", match(sha("out", "sha512"), sha("out", "sha512")), rule)
    s.accept("both", "two algorithms on both sides", match(both, both), rule)
    s.either("common", "SHA-256 here, SHA-256 and SHA-512 there", match(sha("out"), both), rule)
    s.refuse("common-differs", "SHA-256 agrees, SHA-512 does not", "rule.disallow",
             match({**sha("out"), **sha("other", "sha512")}, both), rule)
    s.refuse("nothing-common", "SHA-256 here, SHA-512 there", "rule.disallow", match(sha("out"), sha("out", "sha512")), rule)
    s.either("weak-only", "SHA-1 on both sides", match(sha("out", "sha1"), sha("out", "sha1")),
             "A broken algorithm alone proves nothing.", reason="rule.disallow")
    s.either("md5-only", "MD5 on both sides", match(sha("out", "md5"), sha("out", "md5")), "A broken algorithm alone proves nothing.",
             reason="rule.disallow")
    s.refuse("weak-common", "only SHA-1 is common, and agrees", "rule.disallow",
             match(sha("out", "sha1", "sha256"), sha("out", "sha1", "sha512")), "A broken algorithm alone proves nothing.")
    s.either("weak-differs", "SHA-256 agrees, MD5 does not",
             match({**sha("out"), **sha("other", "md5")}, {**sha("out"), **sha("out", "md5")}),
             "A broken algorithm alone decides nothing.")
    s.either("unknown-only", "an algorithm that nobody knows on both sides", match({"foo": "ab" * 20}, {"foo": "ab" * 20}),
             "What nobody can compute proves nothing.", reason="rule.disallow")
    upper = {"sha256": sha("out")["sha256"].upper()}
    s.either("upper-case", "capitals here, small letters there", match(upper, sha("out")), "The case of hex digits is not said.")


def add(corpus):
    files(corpus)
    threshold(corpus)
    agreement(corpus)
    commands(corpus)
    fields(corpus)
    digests(corpus)
