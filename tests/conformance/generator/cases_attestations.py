# SPDX-License-Identifier: Apache-2.0
"""in-toto attestations as evidence of steps, in files and bundles."""
from .canonical import compact
from .documents import DSSE, PAYLOAD_TYPE, Chain, dsse, sha
from .keys import alice, bob, carol, eve

SPEC = "attestation framework 1; ITE-6, ITE-9, ITE-10, ITE-11"
LINK = "https://in-toto.io/attestation/link/v0.3"
OUT = {"out": sha("out")}
TAR = {"a.tar": sha("a.tar")}


def resources(artifacts):
    return [{"name": name, "digest": digests} for name, digests in sorted(artifacts.items())]


def statement(subject, kind, predicate, version="https://in-toto.io/Statement/v1"):
    return {"_type": version, "subject": resources(subject), "predicateType": kind, "predicate": predicate}


def link_statement(name, materials, products, **more):
    predicate = {"name": name, "command": [], "materials": resources(materials), "byproducts": {}, "environment": {}}
    predicate.update(more)
    return statement(products, LINK, predicate)


def slsa_v1(materials, products):
    return statement(products, "https://slsa.dev/provenance/v1", {
        "buildDefinition": {"buildType": "https://example.com/build", "externalParameters": {},
                            "resolvedDependencies": resources(materials)},
        "runDetails": {"builder": {"id": "https://example.com/builder"}}})


def slsa_v02(materials, products):
    return statement(products, "https://slsa.dev/provenance/v0.2", {
        "builder": {"id": "https://example.com/builder"}, "buildType": "https://example.com/build",
        "materials": [{"uri": r["name"], "digest": r["digest"]} for r in resources(materials)]}, "https://in-toto.io/Statement/v0.1")


def attested(body, signer=alice, file=None, kind=PAYLOAD_TYPE, change=None):
    """the good chain, where an attestation stands for the link of "build" """
    chain = Chain(DSSE).drop("build")
    envelope = dsse(body, [signer], kind)
    if change:
        change(envelope)
    chain.files["links/" + (file or f"build.{alice.keyid()[:8]}.json")] = compact(envelope) + b"\n"
    return chain


def bundled(*lines, drop=("build",), name="evidence.intoto.jsonl"):
    chain = Chain(DSSE)
    for step in drop:
        chain.drop(step)
    chain.files[f"links/{name}"] = b"".join((x if isinstance(x, bytes) else compact(x)) + b"\n" for x in lines)
    return chain


def add(corpus):
    s = corpus.section("attestations", "Attestations as evidence", SPEC)
    feature = {"features": ["attestations", "dsse"]}

    def accept(name, title, chain, rule, **more):
        s.accept(name, title, chain, rule, **{**feature, **more})

    def refuse(name, title, reason, chain, rule, **more):
        s.refuse(name, title, reason, chain, rule, **{**feature, **more})

    def either(name, title, chain, rule, reason=None, **more):
        s.either(name, title, chain, rule, reason, **{**feature, **more})

    good = link_statement("build", {}, OUT)
    says = "A link attestation has the materials in its predicate; its subjects are the products."
    accept("link", "a link attestation", attested(good), says)
    accept("link-plain-name", "the file is called after the step alone", attested(good, file="build.json"), "An attestation of a step is in <step>.json or <step>.<keyid prefix>.json.")
    either("link-link-name", "the file is called like a link", attested(good, file=f"build.{alice.keyid()[:8]}.link"), "Which names files of attestations have is not the same everywhere.")
    accept("link-payload-type", "the payload type names the predicate", attested(good, kind="application/vnd.in-toto.link+json"),
           "A payload type may name the predicate; it is a hint.", spec="attestation framework 1.2")
    accept("link-v02", "a link attestation of an older version",
           attested(statement(OUT, "https://in-toto.io/Link/v0.2", {"name": "build", "command": [], "materials": [], "byproducts": {}, "environment": {}})), says)
    accept("statement-v01", "a statement of version 0.1", attested({**good, "_type": "https://in-toto.io/Statement/v0.1"}), "Both versions of statements are read.")
    accept("unknown-members", "members that nobody knows", attested({**good, "note": {"a": 1.5}, "predicate": {**good["predicate"], "more": [None]}},
           kind="application/vnd.in-toto.link+json"), "Members that a reader does not know are ignored.")
    accept("slsa-v1", "SLSA provenance v1", attested(slsa_v1({}, OUT)), "Provenance has what went in among its dependencies, what came out as subjects.")
    accept("slsa-v02", "SLSA provenance v0.2", attested(slsa_v02({}, OUT)), "Provenance has what went in among its materials, what came out as subjects.")

    refuse("stranger", "a stranger signed the attestation", "link.signature", attested(good, eve), "Only the keys that the step names may sign its evidence.")
    refuse("stranger-plain-name", "a stranger signed it, in a file called after the step alone", "link.signature", attested(good, eve, "build.json"),
           "Only the keys that the step names may sign its evidence.")
    refuse("unsigned", "nobody signed the attestation", "link.signature", attested(good, change=lambda e: e.update(signatures=[])),
           "Only the keys that the step names may sign its evidence.")
    refuse("changed-type", "the payload type was changed after signing", "link.signature",
           attested(good, change=lambda e: e.update(payloadType="application/vnd.in-toto.link+json")), "The payload type is covered by the signature.", spec="DSSE 1.0, protocol.md")
    refuse("other-step", "the attestation is about another step", "link.name", attested(link_statement("pack", {}, OUT)), "A link speaks of the step that it names.")
    refuse("other-product", "the subject has another digest", "rule.disallow", attested(link_statement("build", {}, {"out": sha("other")})), says)
    refuse("more-products", "one subject more than the rules allow", "rule.disallow", attested(link_statement("build", {}, {**OUT, "more": sha(1)})), says)
    chain = attested(link_statement("build", {"in": sha("in")}, OUT))
    chain.step("build")["expected_materials"] = [["REQUIRE", "in"], ["ALLOW", "in"], ["DISALLOW", "*"]]
    accept("materials", "materials of a link attestation", chain, says)
    chain = attested(link_statement("build", {"in": sha("in"), "x": sha(1)}, OUT))
    chain.step("build")["expected_materials"] = [["REQUIRE", "in"], ["ALLOW", "in"], ["DISALLOW", "*"]]
    refuse("materials-more", "one material more than the rules allow", "rule.disallow", chain, says)
    for name, make in ("slsa-v1", slsa_v1), ("slsa-v02", slsa_v02):
        uri = "git+https://example.com/repo"
        chain = attested(make({uri: {"gitCommit": "a" * 40}}, OUT))
        chain.step("build")["expected_materials"] = [["REQUIRE", uri], ["ALLOW", "git+https://example.com/*"], ["DISALLOW", "*"]]
        accept(f"{name}-materials", f"dependencies of {name} provenance", chain, "Provenance has what went in among its dependencies.")
        chain = attested(make({"git+https://example.org/evil": {"gitCommit": "a" * 40}}, OUT))
        chain.step("build")["expected_materials"] = [["ALLOW", "git+https://example.com/*"], ["DISALLOW", "*"]]
        refuse(f"{name}-materials-other", f"another dependency of {name} provenance", "rule.disallow", chain, "Provenance has what went in among its dependencies.")
    sbom = statement(OUT, "https://spdx.dev/Document/v2.3", {"spdxVersion": "SPDX-2.3"})
    refuse("other-predicate", "an SBOM where evidence of a step belongs", "step.threshold", attested(sbom),
           "What does not say what went in and came out is no evidence of a step.")
    refuse("no-subject", "an attestation without subject", "link.format", attested(link_statement("build", {}, {})), "A statement has at least one subject.")
    refuse("no-digest", "a subject without digest", "link.format", attested({**good, "subject": [{"name": "out"}]}), "Each subject has a digest.")
    refuse("empty-digest", "a subject with an empty set of digests", "link.format", attested({**good, "subject": [{"name": "out", "digest": {}}]}), "Each subject has a digest.")
    refuse("statement-v9", "a statement of a version that nobody knows", "link.format", attested({**good, "_type": "https://in-toto.io/Statement/v9"}),
           "A statement of an unknown version is not understood.")
    refuse("not-a-statement", "a payload of that type that is no statement", "link.format", attested({"hello": "world"}), "Evidence is a link or a statement.")

    both = attested(good)
    both.layout["keys"][carol.keyid()] = carol.entry()
    both.step("build").update(pubkeys=[alice.keyid(), carol.keyid()], threshold=2)
    both.add("build", carol, {}, OUT)
    accept("beside-a-link", "an attestation by one functionary and a link by another, threshold 2", both, "Evidence of both kinds counts alike.")
    twice = attested(good)
    twice.layout["keys"][carol.keyid()] = carol.entry()
    twice.step("build").update(pubkeys=[alice.keyid(), carol.keyid()], threshold=2)
    twice.add("build", alice, {}, OUT)
    refuse("and-a-link-by-one", "an attestation and a link by one functionary, threshold 2", "step.threshold", twice,
           "Several pieces of evidence mean several functionaries.")
    differ = attested(link_statement("build", {}, {"out": sha("other")}))
    differ.layout["keys"][carol.keyid()] = carol.entry()
    differ.step("build").update(pubkeys=[alice.keyid(), carol.keyid()], threshold=2)
    differ.add("build", carol, {}, OUT)
    refuse("differs-from-link", "an attestation and a link that differ, threshold 2", "step.agreement", differ,
           "Where a threshold asks for several links, they report the same materials and products.", spec="in-toto 1.0, 4.3.1")

    b = corpus.section("bundles", "Bundles of attestations", "attestation framework 1, Bundle")

    def b_accept(name, title, chain, rule, **more):
        b.accept(name, title, chain, rule, **{**feature, **more})

    def b_refuse(name, title, reason, chain, rule, **more):
        b.refuse(name, title, reason, chain, rule, **{**feature, **more})

    first, second = dsse(good, [alice]), dsse(link_statement("pack", OUT, TAR), [bob])
    lines = "A bundle has one envelope a line, in any order."
    b_accept("one", "one attestation in a bundle", bundled(first), lines)
    b_accept("all", "all evidence in a bundle", bundled(first, second, drop=("build", "pack")), lines)
    b_accept("order", "in another order", bundled(second, first, drop=("build", "pack")), lines)
    b_accept("two-bundles", "in two bundles", with_file(bundled(first, drop=("build", "pack")), "links/more.intoto.jsonl", compact(second) + b"\n"), lines)
    ignore = "Lines, types and members that a reader does not know are ignored."
    b_accept("unknown-lines", "lines that are something else", bundled(b'{"hello": "world"}', b"", first, dsse({"a": 1}, [eve], "application/json")), ignore)
    b_accept("broken-line", "a line that is no JSON", bundled(b"not json {", first), ignore)
    b_accept("other-predicates", "an SBOM beside", bundled(dsse(sbom, [eve]), first), ignore)
    b_accept("strangers-line", "a line by a stranger beside", bundled(dsse(link_statement("build", {}, {"out": sha("evil")}), [eve]), first), ignore)
    b_accept("doubled", "the same line twice", bundled(first, first), "Lines may be doubled.")
    b_refuse("stranger", "only a stranger's line", "link.signature", bundled(dsse(good, [eve])), "Only the keys that the step names may sign its evidence.")
    b_refuse("missing", "no line for the step", "step.threshold", bundled(second), "A bundle proves nothing by itself; lines may be missing.")
    b_refuse("empty", "an empty bundle", "step.threshold", bundled(), "A bundle proves nothing by itself; lines may be missing.")
    b_refuse("doubled-is-one", "the same line twice, threshold 2", "step.threshold", needing_two(bundled(first, first)), "Several pieces of evidence mean several functionaries.")
    b_refuse("other-file-name", "the bundle has another suffix", "step.threshold", bundled(first, name="evidence.jsonl"), "A bundle has the suffix .intoto.jsonl.")
    b_refuse("rule", "a rule fails on what the bundle says", "rule.disallow", bundled(dsse(link_statement("build", {}, {**OUT, "more": sha(1)}), [alice])), lines)
    b_refuse("contradicting", "two lines by one functionary that differ", "step.agreement",
             bundled(first, dsse(link_statement("build", {}, {"out": sha("other")}), [alice])), "Who says two things about one step has not said what it is.")


def with_file(chain, path, data):
    chain.files[path] = data
    return chain


def needing_two(chain):
    chain.layout["keys"][carol.keyid()] = carol.entry()
    chain.step("build").update(pubkeys=[alice.keyid(), carol.keyid()], threshold=2)
    return chain
