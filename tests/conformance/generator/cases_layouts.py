# SPDX-License-Identifier: Apache-2.0
"""The layout: its signatures, expiry, fields and parameters."""
from .canonical import canonical
from .documents import DSSE, METABLOCK, PAST, Chain, Sublayout, inspection, one_step, sha
from .keys import CURRENT, alice, bob, carol, eve, owner, second

SIGNED = "in-toto 1.0, 5.2 step 1"


def signatures(corpus):
    s = corpus.section("layout-signatures", "Who signed the layout", SIGNED)
    every = "Each of the keys that the client holds must have signed the layout."

    def by(*signers, need=(owner,), form=METABLOCK):
        chain = Chain(form)
        chain.signers = list(signers)
        return chain.need_keys(*need)

    for form in METABLOCK, DSSE:
        s.accept(f"{form}-two-owners", "two keys are asked for, and both signed",
                 by(owner, second, need=(owner, second), form=form), every)
        s.refuse(f"{form}-one-of-two", "two keys are asked for, and one signed", "layout.signature",
                 by(owner, need=(owner, second), form=form), every)
        s.refuse(f"{form}-unsigned", "nobody signed", "layout.signature", by(form=form), every)
        s.refuse(f"{form}-other-key", "another key signed", "layout.signature", by(eve, form=form), every)
        s.refuse(f"{form}-functionary", "only a functionary of the layout signed", "layout.signature", by(alice, form=form),
                 "The keys in a layout do not sign it; the owner's come from elsewhere.")
        s.accept(f"{form}-extra-signature", "one more signature, by nobody who is asked for",
                 by(owner, eve, form=form), "Further signatures mean nothing.")
        s.accept(f"{form}-bad-extra-signature", "a wrong signature by somebody else stands first",
                 by((eve, second.keyid()), owner, form=form), "Further signatures mean nothing, bad ones too.")
        s.accept(f"{form}-bad-then-good", "two signatures under the owner's id, the second is good",
                 by((eve, owner.keyid()), owner, form=form),
                 "A good signature by the key is there; a bad one that claims its id takes nothing away.")
        s.accept(f"{form}-good-then-bad", "two signatures under the owner's id, the first is good",
                 by(owner, (eve, owner.keyid()), form=form),
                 "A good signature by the key is there; a bad one that claims its id takes nothing away.")
        s.accept(f"{form}-twice", "the owner signed twice", by(owner, owner, form=form),
                 "Signatures are counted by key.")
        s.refuse(f"{form}-twice-is-not-two", "the owner signed twice, and two keys are asked for", "layout.signature",
                 by(owner, owner, need=(owner, second), form=form), every)

    chain = Chain()
    chain.keys["again.pub"] = owner.pem()
    s.accept("key-given-twice", "the same key is given in two files", chain, every)
    chain = Chain()
    chain.signers = [(owner, owner.keyid(CURRENT))]
    s.either("other-dialect", "the signature names the owner's key in another dialect of keyids", chain,
             "A keyid is the digest of the key's canonical form, of which two versions are in use.",
             spec="in-toto 1.0, 4.2.1")
    chain = Chain()
    chain.signers = [(owner, "00" * 32)]
    s.either("unknown-keyid", "a good signature under an id that belongs to nothing", chain,
             "Whether a keyid decides or only helps is not said for the older envelope.")
    for name, title, change in [
        ("cut", "a signature that was cut", lambda x: x[:-2]),
        ("long", "a signature with one byte more", lambda x: x + "00"),
        ("flipped", "a signature with one bit flipped", lambda x: f"{int(x[0], 16) ^ 1:x}" + x[1:]),
        ("zero", "a signature of zeros", lambda x: "0" * len(x)),
        ("empty", "an empty signature", lambda x: ""),
    ]:
        chain = Chain()
        chain.edit = lambda e, change=change: e["signatures"][0].update(sig=change(e["signatures"][0]["sig"]))
        s.refuse(f"{name}-signature", title, "layout.signature", chain, "The signature must verify.")
    for name, title, value in [
        ("not-hex", "a signature that is no hex", "zz" * 64), ("odd-hex", "a signature of 127 hex digits", "0" * 127),
        ("null", "a signature that is null", None), ("number", "a signature that is a number", 7),
    ]:
        chain = Chain()
        chain.edit = lambda e, value=value: e["signatures"][0].update(sig=value)
        s.refuse(f"{name}-signature", title, "layout.format", chain, "A signature is hex digits.",
                 spec="ITE-5, appendix (the older envelope)")
    chain = Chain()
    chain.edit = lambda e: e["signatures"][0].update(sig=e["signatures"][0]["sig"].upper())
    s.either("upper-case-signature", "a signature in upper-case hex", chain, "The case of hex digits is not said.")
    chain = Chain()
    chain.edit = lambda e: e["signatures"][0].pop("keyid") and None
    s.either("no-keyid", "a signature without keyid in the older envelope", chain,
             "The older envelope has a keyid with each signature; whether it may be missing is not said.")
    chain = Chain()
    other = Chain()
    other.layout["readme"] = "another"
    stolen = owner.signature(canonical(other.layout), owner.keyid())
    chain.edit = lambda e: e.update(signatures=[stolen])
    s.refuse("signature-of-another", "the signature of another layout by the same owner", "layout.signature", chain,
             "A signature is good for one document.")
    chain = Chain()
    chain.edit = lambda e: e["signed"]["steps"][0]["pubkeys"].append(eve.keyid())
    s.refuse("changed", "a functionary was added after signing", "layout.signature", chain, "The signature must verify.")
    chain = Chain()
    chain.edit = lambda e: e["signatures"].insert(0, {"keyid": "0" * 40, "signature": "00", "other_headers": "00"})
    s.accept("openpgp-beside", "an OpenPGP signature by nobody known stands beside the owner's", chain,
             "Further signatures mean nothing.")


def expiry(corpus):
    s = corpus.section("expiry", "Expiry", "in-toto 1.0, 4.3 and 5.2 step 2")
    day = "2030-06-01T12:00:00Z"

    def until(text, form=METABLOCK):
        chain = Chain(form)
        chain.layout["expires"] = text
        return chain

    timed = {"features": ["time"]}
    s.accept("before", "one second before", until(day), "A layout can be trusted until it expires.", at="2030-06-01T11:59:59Z", **timed)
    s.either("at", "in the very second", until(day),
             "The date is the time after which a layout is expired; the reference implementation refuses it in that second.",
             reason="layout.expiry", at=day, **timed)
    s.refuse("after", "one second after", "layout.expiry", until(day), "An expired layout must not be trusted.",
             at="2030-06-01T12:00:01Z", **timed)
    for form in METABLOCK, DSSE:
        s.refuse(f"{form}-past", "a layout that expired years ago", "layout.expiry", until(PAST, form),
                 "An expired layout must not be trusted.")
        chain = Chain(form)
        del chain.layout["expires"]
        s.refuse(f"{form}-missing", "a layout that does not say when it expires", "layout.expiry", chain,
                 "Every layout has an expiry; without one it would be trusted for ever.", spec="in-toto 1.0, 4.3")
    s.refuse("null", "an expiry that is null", "layout.expiry", until(None),
             "Every layout has an expiry; without one it would be trusted for ever.", spec="in-toto 1.0, 4.3")
    s.accept("far", "the last second of the year 9999", until("9999-12-31T23:59:59Z"), "A layout can be trusted until it expires.")
    rule = "The date has the form YYYY-MM-DDTHH:MM:SSZ."
    for name, title, text in [
        ("empty", "an empty date", ""),
        ("date-only", "a date without time", "2100-01-01"),
        ("no-zone", "a date without zone", "2100-01-01T00:00:00"),
        ("offset", "a date with an offset", "2100-01-01T00:00:00+00:00"),
        ("lower-case", "a date with small letters", "2100-01-01t00:00:00z"),
        ("fraction", "a date with fractions of a second", "2100-01-01T00:00:00.5Z"),
        ("space", "a date with a blank for the T", "2100-01-01 00:00:00Z"),
        ("blank-behind", "a date with a newline behind it", "2100-01-01T00:00:00Z\n"),
        ("february-30", "the 30th of February", "2100-02-30T00:00:00Z"),
        ("month-13", "a 13th month", "2100-13-01T00:00:00Z"),
        ("hour-24", "a 24th hour", "2100-01-01T24:00:00Z"),
        ("five-digit-year", "the year 10000", "10000-01-01T00:00:00Z"),
        ("short", "a date without leading zeros", "2100-1-1T0:0:0Z"),
        ("other-digits", "a date in Arabic-Indic digits", "٢١٠٠-01-01T00:00:00Z"),
        ("number", "a number of seconds", 4102444800),
    ]:
        s.refuse(f"form-{name}", title, "layout.format", until(text), rule, spec="in-toto 1.0, 4.2.2")
    s.either("leap-second", "a leap second", until("2100-12-31T23:59:60Z"), "Whether a date may name a leap second is not said.",
             reason="layout.format", spec="in-toto 1.0, 4.2.2")


def fields(corpus):
    s = corpus.section("layout-fields", "The fields of a layout", "in-toto 1.0, 4.3")

    def change(path, value=None, form=METABLOCK, remove=False):
        chain = Chain(form)
        target = chain.layout
        for name in path[:-1]:
            target = target[name]
        if remove:
            del target[path[-1]]
        else:
            target[path[-1]] = value
        return chain

    def bad(name, title, chain, rule, reason="layout.format", **more):
        s.refuse(name, title, reason, chain, rule, **more)

    bad("type-link", "a layout that calls itself a link", change(["_type"], "link"), "The type of a layout is \"layout\".")
    bad("type-missing", "a layout without type", change(["_type"], remove=True), "The type of a layout is \"layout\".")
    bad("type-upper-case", "a layout of type \"Layout\"", change(["_type"], "Layout"), "The type of a layout is \"layout\".")
    bad("step-type", "a step of type \"inspection\"", change(["steps", 0, "_type"], "inspection"), "The type of a step is \"step\".",
        spec="in-toto 1.0, 4.3.1")
    for member, kind in ("steps", {}), ("inspect", "none"), ("keys", []):
        bad(f"{member}-wrong-type", f"\"{member}\" of the wrong type", change([member], kind), f"\"{member}\" has its type.")
    s.accept("no-readme", "a layout without readme", change(["readme"], remove=True), "The readme is optional.")
    bad("readme-list", "a readme that is a list", change(["readme"], []), "The readme is a text.")
    bad("unknown-member", "an unknown member in a signed layout", change(["policy"], "strict"),
        "What a reader does not understand in a policy it must not skip.", notes="The reference implementation drops it.")
    bad("unknown-step-member", "an unknown member in a step, signed", change(["steps", 0, "must"], "hold"),
        "What a reader does not understand in a policy it must not skip.", notes="The reference implementation drops it.")
    dsse = change(["policy"], "strict", DSSE)
    bad("dsse-unknown-member", "an unknown member in a layout in DSSE", dsse,
        "What a reader does not understand in a policy it must not skip.", notes="The reference implementation drops it.")
    empty = Chain()
    empty.layout["steps"], empty.layout["keys"], empty.links = [], {}, []
    s.either("empty", "a layout without steps and inspections", empty,
             "A layout that asks for nothing proves nothing; whether that is an error is not said.", reason="layout.empty",
             notes="ITE-10 makes it an error.")

    names = "in-toto 1.0, 4.3.1: the name identifies the step; 4.4: it is part of a file name"

    def named(name):
        chain = Chain()
        chain.layout["steps"][0]["name"] = name
        return chain

    for name, title, text in [
        ("empty", "an empty step name", ""), ("parent", "a step called ..", ".."), ("slash", "a step name with a slash", "../build"),
        ("absolute", "a step name that is an absolute path", "/tmp/build"), ("newline", "a step name with a newline", "build\nfake: PASSED"),
        ("escape", "a step name with a terminal's escape sequence", "build\x1b[2J"), ("nul", "a step name with a NUL", "build\0x"),
        ("hidden", "a step name with a leading dot", ".build"), ("list", "a step name that is a list", ["build"]),
        ("long", "a step name of 300 letters", "b" * 300), ("next-line", "a step name with a C1 control character", "build\u0085x"),
    ]:
        bad(f"name-{name}", title, named(text), "A step's name becomes part of a file name and must be safe there.", spec=names)
    bad("name-missing", "a step without name", change(["steps", 0, "name"], remove=True), "Every step has a name.", spec="in-toto 1.0, 4.3.1")
    bad("name-twice", "two steps of one name", change(["steps", 1, "name"], "build"), "Names of steps do not repeat.", spec="in-toto 1.0, 4.3.1")
    twin = Chain()
    twin.layout["inspect"] = [inspection("build", ["true"])]
    bad("name-of-inspection", "a step and an inspection of one name", twin, "Names are unique over steps and inspections.",
        spec="in-toto 1.0, 4.3.2")
    for name, text in ("spaces", "build it"), ("umlaut", "büild"), ("dots", "build.v1"), ("glob", "b*[u]?ld"), ("dash", "-build"), ("percent", "build%s%n"):
        chain = Chain()
        chain.layout["steps"][0]["name"] = text
        chain.layout["steps"][1]["expected_materials"][0] = ["MATCH", "out", "WITH", "PRODUCTS", "FROM", text]
        chain["build"].body["name"], chain["build"].step = text, text
        s.accept(f"name-with-{name}", f"a step called \"{text}\"", chain, "A name may hold any character that a file name can.", spec=names)

    for name, title, value, reason in [
        ("text", "a threshold that is a text", "1", "layout.format"), ("real", "a threshold of 1.5", 1.5, "layout.format"),
        ("true", "a threshold that is true", True, "layout.format"), ("null", "a threshold that is null", None, "layout.format"),
        ("huge", "a threshold of 2 to the 70th", 2**70, "layout.format"), ("zero", "a threshold of 0", 0, "step.threshold-value"),
        ("negative", "a threshold of -1", -1, "step.threshold-value"),
    ]:
        form = DSSE if isinstance(value, float) else METABLOCK
        bad(f"threshold-{name}", title, change(["steps", 0, "threshold"], value, form),
            "A threshold is a whole number, 1 or more.", reason, spec="in-toto 1.0, 4.3.1")
    for value, word in (0, "zero"), (-1, "negative"):
        chain = change(["steps", 0, "threshold"], value).drop("build")
        bad(f"threshold-{word}-without-links", f"a threshold of {value} and no link", chain,
            "No threshold lets a step pass without a link.", "step.threshold-value", spec="in-toto 1.0, 4.3.1",
            also=["step.threshold"])
    bad("threshold-missing", "a step without threshold", change(["steps", 0, "threshold"], remove=True), "Every step has a threshold.",
        spec="in-toto 1.0, 4.3.1")
    bad("pubkeys-not-hex", "an authorised keyid that is no hex", change(["steps", 0, "pubkeys"], ["../../etc"]),
        "A keyid is hex digits.", spec="in-toto 1.0, 4.2.1 and 4.3.1")
    bad("pubkeys-objects", "key objects where keyids belong", change(["steps", 0, "pubkeys"], [alice.entry()]),
        "pubkeys lists keyids.", spec="in-toto 1.0, 4.3.1")
    bad("command-text", "an expected command that is one text", change(["steps", 0, "expected_command"], "make all"),
        "The expected command is a list of texts.", spec="in-toto 1.0, 4.3.1")
    wrong = Chain()
    entry = wrong.layout["keys"].pop(alice.keyid())
    wrong.layout["keys"][bob.keyid()[:-1] + "0"] = entry
    bad("key-under-other-id", "a key object whose keyid is not its name in \"keys\"", wrong,
        "Keys are found by keyid, so that both must say the same.", spec="in-toto 1.0, 4.3")
    bad("key-id-not-hex", "a keyid that is a path", change(["keys"], {"../x": alice.object()}), "A keyid is hex digits.",
        spec="in-toto 1.0, 4.2.1")


def rules_form(corpus):
    s = corpus.section("rule-form", "How rules are written", "in-toto 1.0, 4.3.3")

    def with_rule(words, form=METABLOCK):
        return one_step([words, ["ALLOW", "*"]], products={"out": sha(1)}, form=form)

    grammar = "A rule is a keyword and what belongs to it, in this order and number."
    for name, title, words in [
        ("empty", "an empty rule", []),
        ("unknown", "an unknown keyword", ["PERMIT", "*"]),
        ("no-pattern", "ALLOW without pattern", ["ALLOW"]),
        ("two-patterns", "DISALLOW with two patterns", ["DISALLOW", "a", "b"]),
        ("match-short", "MATCH without step", ["MATCH", "*", "WITH", "PRODUCTS"]),
        ("match-with-what", "MATCH WITH neither materials nor products", ["MATCH", "*", "WITH", "PRODUCT", "FROM", "build"]),
        ("match-order", "MATCH with FROM before WITH", ["MATCH", "*", "FROM", "build", "WITH", "PRODUCTS"]),
        ("match-open-in", "MATCH with an IN that lacks its folder", ["MATCH", "*", "IN", "WITH", "PRODUCTS", "FROM", "build"]),
        ("match-more", "MATCH with a word behind the step", ["MATCH", "*", "WITH", "PRODUCTS", "FROM", "build", "x"]),
        ("number", "a pattern that is a number", ["ALLOW", 1]),
    ]:
        s.refuse(name, title, "layout.format", with_rule(words), grammar)
    s.either("nul", "a pattern with a NUL", with_rule(["ALLOW", "a\0b"]), "Whether a pattern may hold a NUL is not said.",
             reason="layout.format")
    s.refuse("text", "a rule that is one text", "layout.format", one_text(), grammar)
    for name, words in ("lower-case", ["create", "*"]), ("mixed-case", ["CreAte", "*"]):
        chain = one_step([words, ["DISALLOW", "*"]], products={"out": sha(1)})
        s.either(name, f"the keyword {words[0]}", chain, "The case of keywords is not said; the reference implementation ignores it.")


def one_text():
    chain = one_step([], products={"out": sha(1)})
    chain.layout["steps"][0]["expected_products"] = ["ALLOW *"]
    return chain


def parameters(corpus):
    s = corpus.section("parameters", "Parameter substitution", "the reference implementation (verifylib, substitute_parameters)")
    feature = {"features": ["parameters"]}

    def chain_with(rule, products=None):
        return one_step([rule, "DISALLOW *"], products=products or {"out-1.2": sha(1)})

    s.accept("in-rule", "a parameter in a rule", chain_with("CREATE out-{VERSION}"), "{NAME} in a rule stands for the value.",
             parameters={"VERSION": "1.2"}, **feature)
    s.refuse("in-rule-other-value", "the same with another value", "rule.disallow", chain_with("CREATE out-{VERSION}"),
             "{NAME} in a rule stands for the value.", parameters={"VERSION": "1.3"}, **feature)
    s.refuse("missing", "a parameter without value, where another is given", "layout.parameter", chain_with("CREATE out-{VERSION}"),
             "A policy with a hole in it must not be followed.", parameters={"OTHER": "1"}, **feature)
    s.accept("braces-without-parameters", "braces, and no parameter is given", chain_with("CREATE {out}", {"{out}": sha(1)}),
             "Without parameters braces are characters like others.")
    s.accept("wildcard-in-value", "a value with a star", chain_with("CREATE {WHAT}"), "A value becomes part of the pattern.",
             parameters={"WHAT": "out*"}, **feature)
    s.refuse("value-is-not-read-again", "a value that looks like a parameter", "rule.disallow", chain_with("CREATE {A}"),
             "Values are put in once.", parameters={"A": "{B}", "B": "out-1.2"}, **feature)
    s.refuse("attribute", "a placeholder that reaches into the value", "layout.parameter", chain_with("CREATE out{A.__class__}"),
             "A placeholder is a name and nothing more.", parameters={"A": "-1.2"}, **feature)
    s.refuse("format-specification", "a placeholder with a width", "layout.parameter", chain_with("CREATE out{A:>99}"),
             "A placeholder is a name and nothing more.", parameters={"A": "-1.2"}, **feature)
    s.refuse("index", "a placeholder with an index", "layout.parameter", chain_with("CREATE out{A[0]}"),
             "A placeholder is a name and nothing more.", parameters={"A": "-1.2"}, **feature)
    s.accept("in-match", "parameters in every place of MATCH", match_with_parameters(), "Every word of a rule may hold parameters.",
             parameters={"P": "o", "S": "src", "D": "dst", "STEP": "build"}, **feature)
    chain = one_step(["CREATE *"], products={"out": sha(1)}, command=["make", "{TARGET}"])
    chain["build"].body["command"] = ["make", "all"]
    s.accept("in-command", "a parameter in the expected command", chain, "Parameters are put into the expected command.",
             parameters={"TARGET": "all"}, **feature)
    chain = one_step(["CREATE *"], products={"out": sha(1)})
    chain.layout["inspect"] = [inspection("look", ["test", "{A}", "=", "1"])]
    s.accept("in-inspection", "a parameter in the command of an inspection", chain, "Parameters are put into what inspections run.",
             parameters={"A": "1"}, **feature)
    s.refuse("in-inspection-other-value", "the same with another value", "inspection.command", chain,
             "Parameters are put into what inspections run.", parameters={"A": "2"}, **feature)
    chain = Chain()
    chain.layout["steps"][0]["name"] = "{A}"
    chain.layout["steps"][1]["expected_materials"][0] = ["MATCH", "out", "WITH", "PRODUCTS", "FROM", "{{A}}"]
    chain["build"].body["name"], chain["build"].step = "{A}", "{A}"
    s.accept("not-in-names", "a step whose name looks like a parameter", chain, "Names are not substituted.",
             parameters={"A": "x"}, **feature)
    chain = chain_with("CREATE {A}{{}}", {"x{}": sha(1)})
    s.either("double-braces", "doubled braces stand for one", chain, "How a brace is written when there are parameters is not said.",
             parameters={"A": "x"}, **feature)

    def below():
        chain = Chain()
        sub = Sublayout(chain)
        sub.step("compile", carol, {}, {"out": sha("out")}, product_rules=["CREATE {NAME}", "DISALLOW *"])
        return chain

    s.refuse("not-in-sublayouts", "a sublayout does not get the parameters", "rule.disallow", below(),
             "Parameters are the caller's words to the owner's layout, not to others'.", parameters={"NAME": "out"},
             also=["sublayout.verdict"], **feature)
    s.accept("passed-to-sublayouts", "unless the caller says so", below(),
             "Who asks for it has the parameters put into sublayouts too.", parameters={"NAME": "out"}, pass_parameters=True,
             features=["parameters", "pass-parameters"])


def match_with_parameters():
    chain = Chain()
    chain.layout["steps"][0]["expected_products"] = []
    chain.layout["steps"][1]["expected_materials"] = [
        ["MATCH", "{P}*", "IN", "{S}", "WITH", "PRODUCTS", "IN", "{D}", "FROM", "{STEP}"], ["DISALLOW", "*"]]
    chain["build"].body["products"] = {"dst/out": sha(1)}
    chain["pack"].body["materials"] = {"src/out": sha(1)}
    return chain


def add(corpus):
    signatures(corpus)
    expiry(corpus)
    fields(corpus)
    rules_form(corpus)
    parameters(corpus)
