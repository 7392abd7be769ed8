# SPDX-License-Identifier: Apache-2.0
"""Sublayouts, and the summary that stands for them."""
from .documents import DSSE, METABLOCK, PAST, Chain, Sublayout, inspection, sha
from .keys import alice, carol, dave, eve

OUT = {"out": sha("out")}


def simple(form=METABLOCK, products=None, signers=None):
    """alice's sublayout: carol compiles "out" """
    chain = Chain(form)
    sub = Sublayout(chain, signers=signers, form=form)
    sub.step("compile", carol, {}, products or OUT, product_rules=["CREATE out", "DISALLOW *"])
    return chain, sub


def sublayouts(corpus):
    s = corpus.section("sublayouts", "Sublayouts", "in-toto 1.0, 4.5")
    stands = "A layout may stand where a link is expected, signed by the functionary; it is verified as a layout of its own."
    for form in METABLOCK, DSSE:
        s.accept(f"{form}-one", "a sublayout of one step", simple(form)[0], stands)
        chain, sub = simple(form)
        sub.link.signers = [eve]
        s.refuse(f"{form}-other-signer", "a sublayout that a stranger signed", "link.signature", chain, stands)
    chain, sub = simple()
    sub.link.signers = [(carol, alice.keyid())]
    s.refuse("claimed-signer", "a sublayout by another key of the chain under the functionary's id", "link.signature", chain, stands)
    chain, sub = simple()
    sub.link.patch = lambda d: d.replace(b'"threshold": 1', b'"threshold": 2')
    s.refuse("changed", "a sublayout that was changed after signing", "link.signature", chain, stands)
    chain, _ = simple()
    chain.drop("compile")
    s.refuse("link-missing", "a link of the sublayout is missing", "step.threshold", chain, stands)
    chain, _ = simple()
    chain["compile"].signers = [(eve, carol.keyid())]
    s.refuse("link-badly-signed", "a link of the sublayout has a wrong signature", "link.signature", chain, stands)
    chain, sub = simple()
    sub.layout["expires"] = PAST
    s.refuse("expired", "the sublayout has expired", "layout.expiry", chain, stands)
    chain, sub = simple()
    del sub.layout["expires"]
    s.refuse("no-expiry", "the sublayout does not say when it expires", "layout.expiry", chain, stands, spec="in-toto 1.0, 4.3")
    chain, sub = simple()
    sub.layout.update(steps=[], keys={})
    chain.drop("compile")
    s.refuse("empty", "the sublayout asks for nothing", "layout.empty", chain, "A layout that asks for nothing proves nothing.")
    chain, _ = simple(products={"out": sha("out"), "more": sha(1)})
    s.refuse("rule", "a rule of the sublayout fails", "rule.disallow", chain, stands)
    chain, sub = simple()
    sub.layout["steps"][0]["expected_products"] = [["DISALLOW", "[out"]]
    s.either("pattern", "a pattern of the sublayout has an open bracket", chain,
             "An open bracket stands for itself, and its author probably meant something else.", reason="layout.pattern")
    chain, sub = simple()
    sub.layout["steps"][0]["name"] = "../compile"
    s.refuse("hostile-name", "a step of the sublayout leaves the folder by its name", "link.format", chain,
             "A step's name becomes part of a file name and must be safe there; sublayouts come from third parties.")
    chain, sub = simple()
    sub.layout["steps"][0]["threshold"] = 0
    s.refuse("threshold-zero", "a threshold of 0 in the sublayout", "step.threshold-value", chain, stands, spec="in-toto 1.0, 4.3.1")

    folder = "The links of a sublayout are in a folder that is called like its file without .link."
    chain, _ = simple()
    chain["compile"].folder = ""
    s.refuse("links-beside", "the links of the sublayout are beside those of the layout", "step.threshold", chain, folder, spec="in-toto 1.0, 4.5.2")
    chain, _ = simple()
    chain["compile"].folder = "build/"
    s.refuse("links-by-step", "the folder is called like the step alone", "step.threshold", chain, folder, spec="in-toto 1.0, 4.5.2")
    chain, _ = simple()
    chain["pack"].folder = f"build.{alice.keyid()[:8]}/"
    s.refuse("links-not-shared", "a link of the layout is in the sublayout's folder", "step.threshold", chain, folder, spec="in-toto 1.0, 4.5.2")
    chain, sub = simple()
    sub.layout["steps"][0]["name"] = "pack"
    chain["compile"].body["name"] = chain["compile"].step = "pack"
    s.accept("same-names", "a step of the sublayout has the name of one of the layout", chain, "Each layout has its own names.",
             spec="in-toto 1.0, 4.5.2")
    chain, sub = simple()
    sub.layout["keys"] = {}
    chain.know(carol)
    s.refuse("keys-not-inherited", "the sublayout relies on the keys of the layout", "step.quorum", chain, "Each layout has its own keys.")
    chain, sub = simple()
    sub.layout["steps"][0]["expected_products"] = [w.split() for w in ["MATCH out WITH MATERIALS FROM pack", "DISALLOW *"]]
    s.refuse("no-look-outside", "a rule of the sublayout speaks of a step of the layout", "rule.disallow", chain, "Each layout has its own names.",
             spec="in-toto 1.0, 4.5.2")

    chain = Chain()
    inner = Sublayout(chain)
    inner.step("compile", carol, {}, OUT)
    deeper = Sublayout(chain, by=carol, step_name="compile", base=inner.folder)
    deeper.step("assemble", dave, {}, OUT, product_rules=["CREATE out", "DISALLOW *"])
    s.accept("nested", "a sublayout in a sublayout", chain, stands)
    chain = Chain()
    inner = Sublayout(chain)
    inner.step("compile", carol, {}, OUT)
    deeper = Sublayout(chain, by=carol, step_name="compile", base=inner.folder)
    deeper.step("assemble", dave, {}, {"out": sha("other")}, product_rules=["CREATE out", "DISALLOW *"])
    s.refuse("nested-other-product", "the innermost link has another product", "rule.disallow", chain, stands)
    s.refuse("cyclic", "a sublayout that asks for itself, in a folder that leads back", "sublayout.depth", cyclic(),
             "Layouts below layouts must come to an end; a verifier bounds their depth.", also=["sublayout.verdict"])

    chain = agreeing(OUT)
    s.accept("threshold", "two sublayouts by two functionaries, threshold 2", chain, "A sublayout counts as one functionary's evidence.")
    s.refuse("threshold-differ", "two sublayouts that come to different products, threshold 2", "step.agreement",
             agreeing({"out": sha("other")}), "Where a threshold asks for several links, they report the same materials and products.",
             spec="in-toto 1.0, 4.3.1")
    chain, _ = simple()
    chain.know(dave)
    chain.step("build").update(pubkeys=[alice.keyid(), dave.keyid()], threshold=2)
    chain.add("build", dave, {}, OUT)
    s.accept("beside-a-link", "a sublayout by one functionary and a link by another, threshold 2", chain,
             "A sublayout counts as one functionary's evidence.")
    chain, sub = simple()
    sub.layout["inspect"] = [inspection("look", ["true"])]
    s.accept("inspection", "a sublayout with an inspection", chain, "The client runs the inspections of a sublayout while it verifies it.",
             spec="in-toto 1.0, 4.5.3", features=["inspections"])
    chain, sub = simple()
    sub.layout["inspect"] = [inspection("look", ["false"])]
    s.refuse("inspection-fails", "an inspection of a sublayout fails", "inspection.command", chain,
             "The client runs the inspections of a sublayout while it verifies it.", spec="in-toto 1.0, 4.5.3", features=["inspections"])

    signed = "A link for the inspection, signed by the key that signed the sublayout, stands in for running it."

    def inspected(signer, products=None, name="look"):
        chain, sub = simple()
        sub.layout["inspect"] = [inspection("look", ["false"], [], ["ALLOW seen", "DISALLOW *"])]
        one = chain.add(name, alice, {}, products or {"seen": sha(1)}, folder=sub.folder, signers=[signer],
                        byproducts={"return-value": 0})
        one.step = "look"
        return chain

    feature = {"features": ["inspections", "signed-inspections"], "spec": "in-toto 1.0, 4.5.3"}
    s.accept("signed-inspection", "a signed link stands in for an inspection that would fail", inspected(alice), signed, **feature)
    s.refuse("signed-inspection-stranger", "the link for the inspection is signed by somebody else", "inspection.command", inspected(eve), signed, **feature)
    s.refuse("signed-inspection-functionary", "the link for the inspection is signed by a functionary of the sublayout", "inspection.command",
             inspected((carol, alice.keyid())), signed, **feature)
    s.refuse("signed-inspection-rule", "a rule of the inspection fails on the signed link", "rule.disallow",
             inspected(alice, {"seen": sha(1), "more": sha(2)}), signed, **feature)
    s.refuse("signed-inspection-renamed", "a link of a step stands in for the inspection", "link.name", inspected(alice, name="compile2"), signed,
             **feature)


def agreeing(second_products):
    chain, _ = simple()
    chain.know(dave)
    chain.step("build").update(pubkeys=[alice.keyid(), dave.keyid()], threshold=2)
    first = [x for x in chain.links]
    other = Sublayout(chain, by=dave)
    chain.links = first + [other.link]
    other.step("compile", carol, {}, second_products)
    return chain


def cyclic():
    chain = Chain()
    sub = Sublayout(chain)
    sub.layout["steps"] = [dict(chain.step("build"), expected_products=[])]
    sub.layout["keys"] = {alice.keyid(): alice.entry()}
    chain.arrange = [{"symlink": "links/" + sub.folder.rstrip("/"), "to": "."}]
    return chain


def summary(corpus):
    s = corpus.section("summary", "The link that stands for a sublayout", "in-toto 1.0, 4.5.1")
    rule = "Above, a sublayout has the materials of its first step and the products of its last."

    def two(rules, products=True):
        chain = Chain()
        sub = Sublayout(chain)
        sub.step("fetch", carol, {"in": sha("in")}, {"src": sha("src")})
        sub.step("compile", dave, {"src": sha("src")}, OUT)
        chain.step("build")["expected_products" if products else "expected_materials"] = [w.split() for w in rules]
        if not products:
            chain.step("build")["expected_products"] = []
        return chain

    s.accept("products-of-last", "the products of the last step", two(["CREATE out", "DISALLOW *"]), rule)
    s.refuse("not-products-of-first", "the products of the first step are not there", "rule.require", two(["REQUIRE src"]), rule)
    s.accept("materials-of-first", "the materials of the first step", two(["REQUIRE in", "ALLOW in", "DISALLOW *"], False), rule)
    s.refuse("not-materials-of-last", "the materials of the last step are not there", "rule.require", two(["REQUIRE src"], False), rule)
    chain = two(["CREATE out", "DISALLOW *"])
    chain["compile"].body["products"] = {"out": sha("other")}
    s.refuse("seen-from-above", "the next step's material is not what the sublayout made", "rule.disallow", chain, rule)
    chain = Chain()
    sub = Sublayout(chain)
    sub.step("compile", carol, {}, OUT)
    sub.layout["inspect"] = [inspection("look", ["touch", "seen"])]
    chain.step("build")["expected_products"] = [w.split() for w in ["CREATE out", "DISALLOW *"]]
    s.accept("not-of-inspections", "what an inspection of the sublayout made is not seen above", chain,
             "What inspections of a sublayout make is not presented above.", spec="in-toto 1.0, 4.5.3", features=["inspections"])


def add(corpus):
    sublayouts(corpus)
    summary(corpus)
