# SPDX-License-Identifier: Apache-2.0
"""Functionaries known by X.509 certificates."""
import base64
import copy

from .documents import DSSE, METABLOCK, Chain, sha
from .keys import Ecdsa, Ed25519, Rsa, alice, bob, carol
from .x509 import CODE, SERVER, TIMESTAMPS, Certificate, extension, root, timestamp

SPEC = "ITE-7"
URI = "spiffe://example.com/build"
OUT = {"out": sha("out")}
FEATURE = {"features": ["certificates"]}
ROOT, OTHER = root("one"), root("two")
BUILDER = Ecdsa("builder")
ANY = {"common_name": "*", "dns_names": ["*"], "emails": ["*"], "organizations": ["*"], "roots": ["*"], "uris": ["*"]}


def constraint(**want):
    """wants exactly this and nothing else, and any root"""
    out = {"common_name": "", "dns_names": [], "emails": [], "organizations": [], "roots": ["*"], "uris": []}
    out.update(want)
    return out


def leaf(key=BUILDER, issuer=ROOT, **more):
    return Certificate(key, issuer, **{"common": "build.example.com", "organization": "example", "uris": [URI], **more})


EXACT = constraint(common_name="build.example.com", organizations=["example"], uris=[URI])


def certified(certificates, constraints, roots=(ROOT,), intermediates=(), form=METABLOCK, threshold=1, field="cert", signers=None):
    """The step "build" is done by whoever has such a certificate."""
    chain = Chain(form).drop("build")
    chain.layout["keys"] = {bob.keyid(): bob.entry()}
    # Not when empty: in-toto-golang leaves empty ones out, and signs the rest.
    for member, authorities in ("rootcas", roots), ("intermediatecas", intermediates):
        if authorities:
            chain.layout[member] = {c.key.keyid(): c.entry() for c in authorities}
    chain.step("build").update(pubkeys=[], cert_constraints=copy.deepcopy(constraints), threshold=threshold)
    for number, certificate in enumerate(certificates):
        key = signers[number] if signers else certificate.key
        one = chain.add("build", certificate.key, {}, OUT, signers=[(key, certificate.key.keyid())])
        one.edit = lambda e, text=certificate.pem(): e["signatures"][0].update({field: text})
    return chain


def add(corpus):
    s = corpus.section("certificates", "Certificate constraints", SPEC)

    def accept(name, title, chain, rule, **more):
        s.accept(name, title, chain, rule, **{**FEATURE, **more})

    def refuse(name, title, chain, rule, reason="link.certificate", also=("link.signature",), **more):
        s.refuse(name, title, reason, chain, rule, also=also, **{**FEATURE, **more})

    def either(name, title, chain, rule, reason=None, **more):
        s.either(name, title, chain, rule, reason, **{**FEATURE, **more})

    whole = "A functionary is authorised when the certificate on the signature satisfies one constraint wholly, leads to a root of " \
            "the layout, and its key made the signature."
    kinds = {"ecdsa": BUILDER, "rsa": Rsa("alice"), "ed25519": Ed25519("builder")}
    for name, key in kinds.items():
        accept(f"metablock-{name}", f"a certificate of an {name} key", certified([leaf(key)], [EXACT]), whole)
    accept("dsse", "a certificate on a DSSE signature", certified([leaf()], [EXACT], form=DSSE), whole,
           notes="in-toto-golang drops the certificate in DSSE.")
    either("named-certificate", "the member is called \"certificate\"", certified([leaf()], [EXACT], field="certificate"),
           "The text of ITE-7 calls the member so, the implementation calls it cert.")
    refuse("changed-link", "a link that was changed after signing", patched(certified([leaf()], [EXACT])), whole, "link.certificate")
    refuse("other-key", "somebody else's signature under the certificate", certified([leaf()], [EXACT], signers=[carol]), whole)
    refuse("no-certificate", "a signature without certificate", without(certified([leaf()], [EXACT])), whole, "step.threshold", also=["link.signature", "link.certificate"])
    refuse("broken-certificate", "a certificate that is cut", cut(certified([leaf()], [EXACT])), whole)
    refuse("unknown-root", "a certificate under a root that the layout does not have", certified([leaf(issuer=OTHER)], [EXACT]), whole)
    forged = Certificate(Ecdsa("forger"), common="root one", organization="example", ca=True)
    refuse("forged-root", "a root with the same name and another key", certified([leaf(issuer=forged)], [EXACT]), whole)
    refuse("self-signed", "a certificate that signed itself", certified([Certificate(BUILDER, common="build.example.com", organization="example", uris=[URI])], [EXACT]), whole)
    refuse("no-roots", "a layout without roots", certified([leaf()], [EXACT], roots=[]), whole)

    equal = "Of each kind of name the certificate has exactly what the constraint lists; one star takes anything."
    names = {"uris": [URI], "dns": ["build.example.com"], "emails": ["build@example.com"]}
    full = constraint(common_name="build.example.com", organizations=["example"], uris=[URI], dns_names=["build.example.com"],
                      emails=["build@example.com"])
    accept("all-names", "all kinds of names", certified([leaf(**names)], [full]), equal)
    for member, value in ("common_name", "other"), ("organizations", ["other"]), ("uris", ["spiffe://example.com/other"]), \
            ("dns_names", ["other.example.com"]), ("emails", ["other@example.com"]):
        refuse(f"other-{member.replace('_', '-')}", f"the constraint wants another value of {member}", certified([leaf(**names)], [{**full, member: value}]), equal)
        accept(f"any-{member.replace('_', '-')}", f"the constraint takes any value of {member}",
               certified([leaf(**names)], [{**full, member: "*" if member == "common_name" else ["*"]}]), equal)
    for member in "uris", "dns_names", "emails", "organizations":
        refuse(f"no-{member.replace('_', '-')}", f"the constraint wants no {member}", certified([leaf(**names)], [{**full, member: []}]), equal)
    refuse("more-than-wanted", "the certificate has one name more", certified([leaf(dns=["a.example.com", "b.example.com"])],
           [{**EXACT, "dns_names": ["a.example.com"]}]), equal)
    refuse("less-than-wanted", "the certificate has one name less", certified([leaf(dns=["a.example.com"])],
           [{**EXACT, "dns_names": ["a.example.com", "b.example.com"]}]), equal)
    accept("order", "names in another order", certified([leaf(dns=["b.example.com", "a.example.com"])],
           [{**EXACT, "dns_names": ["a.example.com", "b.example.com"]}]), equal)
    accept("any", "a constraint that takes everybody under the roots", certified([leaf(**names)], [ANY]), equal)
    refuse("star-in-value", "a star inside a value is no wildcard", certified([leaf()], [{**EXACT, "uris": ["spiffe://example.com/*"]}]), equal)
    refuse("case", "a URI in other case", certified([leaf(uris=["spiffe://example.com/Build"])], [EXACT]), equal)
    accept("second-constraint", "the second constraint is satisfied", certified([leaf()], [{**EXACT, "uris": ["spiffe://example.com/x"]}, EXACT]), whole)
    refuse("halves-of-two", "each of two constraints is satisfied by half", certified([leaf()],
           [{**EXACT, "uris": ["spiffe://example.com/x"]}, {**EXACT, "organizations": ["x"]}]), whole)
    refuse("no-constraint", "a step without constraints and keys", certified([leaf()], []), whole, "step.quorum", also=["link.certificate"])

    picks = "roots names the roots under which the certificate must be."
    one = {**EXACT, "roots": [ROOT.key.keyid()]}
    accept("root", "the root is named", certified([leaf()], [one]), picks)
    either("root-of-two", "two roots, and the right one is named", certified([leaf()], [one], roots=[ROOT, OTHER]), picks,
           notes="in-toto-golang compares with the list of all roots.")
    refuse("other-root-of-two", "two roots, and the wrong one is named", certified([leaf(issuer=OTHER)], [one], roots=[ROOT, OTHER]), picks)
    refuse("root-not-there", "a root is named that the layout does not have", certified([leaf()], [{**EXACT, "roots": ["ab" * 32]}]), picks,
           also=["link.signature", "step.certificates"])

    middle = Certificate(Ecdsa("middle"), ROOT, common="middle", organization="example", ca=True)
    chained = "Between certificate and root there may be others that are authorities."
    accept("intermediate", "an intermediate authority in the layout", certified([leaf(issuer=middle)], [EXACT], intermediates=[middle]), chained)
    refuse("intermediate-missing", "the intermediate is missing", certified([leaf(issuer=middle)], [EXACT]), chained)
    chain = certified([leaf(issuer=middle)], [EXACT])
    chain.files["keys/middle.pem"] = middle.pem()
    accept("intermediate-given", "the intermediate comes from the caller", chain, chained, intermediates=["keys/middle.pem"])
    fake = Certificate(Ecdsa("middle"), ROOT, common="middle", organization="example")
    refuse("intermediate-no-authority", "the intermediate is no authority", certified([leaf(issuer=fake)], [EXACT], intermediates=[fake]), chained,
           spec="RFC 5280, 4.2.1.9")
    short = Certificate(Ecdsa("short"), ROOT, common="short", organization="example", ca=True, path_length=0)
    below = Certificate(Ecdsa("below"), short, common="below", organization="example", ca=True)
    refuse("path-length", "one authority more than an issuer allows", certified([leaf(issuer=below)], [EXACT], intermediates=[short, below]), chained,
           spec="RFC 5280, 4.2.1.9")

    valid = "A certificate counts while it is valid."
    brief = leaf(begin="20210101000000Z", end="20211231235959Z")
    refuse("expired", "a certificate that has expired", certified([brief], [EXACT]), valid)
    timed = {"features": ["certificates", "time"]}
    accept("valid-then", "the same, seen while it was valid", certified([brief], [EXACT]), valid, at="2021-06-01T00:00:00Z", **timed)
    refuse("not-yet-valid", "the same, seen before it was valid", certified([brief], [EXACT]), valid, at="2020-06-01T00:00:00Z", **timed)
    stale = root("stale", end="20211231235959Z")
    refuse("expired-root", "a root that has expired", certified([leaf(issuer=stale)], [EXACT], roots=[stale]), valid)
    for kind, purposes in ("server", [SERVER]), ("none", []):
        accept(f"purpose-{kind}", f"a certificate with purposes: {kind}", certified([leaf(purposes=purposes)], [EXACT]),
               "Which purposes a certificate must have is not said.")
    either("purpose-code", "a certificate for signing code", certified([leaf(purposes=[CODE])], [EXACT]), "Which purposes a certificate must have is not said.",
           notes="in-toto-golang asks for the purpose of a server.")
    refuse("purpose-timestamps", "a certificate for timestamps only", certified([leaf(purposes=[TIMESTAMPS])], [EXACT]),
           "A certificate for timestamps signs no links.", spec="RFC 5280, 4.2.1.12")
    refuse("authority-as-leaf", "an authority's own certificate", certified([Certificate(BUILDER, ROOT, common="build.example.com", organization="example",
           uris=[URI], ca=True)], [EXACT]), "An authority issues certificates and signs no links.", spec="X509-SVID, 5.2")
    refuse("unknown-critical", "a critical extension that nobody knows",
           certified([leaf(more=[extension("1.3.6.1.4.1.99999.1", b"\5\0", True)])], [EXACT]), "A critical extension that is not understood refuses.",
           spec="RFC 5280, 4.2")

    two = [leaf(), leaf(Ecdsa("builder 2"))]
    distinct = "Several pieces of evidence mean several functionaries."
    either("one-name-two-keys", "two certificates of one name, threshold 2", certified(two, [EXACT], threshold=2),
           "Whether one name with two keys is one functionary or two is not said.", "step.threshold", spec="in-toto 1.0, 4.3.1")
    accept("two-names", "two certificates of two names, threshold 2",
           certified([leaf(), leaf(Ecdsa("builder 2"), uris=["spiffe://example.com/build2"])], [ANY], threshold=2), distinct, spec="in-toto 1.0, 4.3.1")
    refuse("one-of-two", "one certificate, threshold 2", certified([leaf()], [ANY], threshold=2), distinct, "step.threshold", spec="in-toto 1.0, 4.3.1")
    mixed = certified([leaf()], [EXACT], threshold=2)
    mixed.know(alice)
    mixed.step("build")["pubkeys"] = [alice.keyid()]
    mixed.add("build", alice, {}, OUT)
    accept("beside-key", "a certificate and a key, threshold 2", mixed, "Keys and certificates count alike.",
           notes="in-toto-golang decides by the order of a map.")
    same = certified([leaf()], [EXACT], threshold=2)
    same.know(BUILDER)
    same.step("build")["pubkeys"] = [BUILDER.keyid()]
    refuse("key-and-certificate", "one key, authorised by id and by certificate, one link, threshold 2", same, distinct, "step.threshold",
           spec="in-toto 1.0, 4.3.1")

    ite = certified([leaf()], [EXACT])
    ite.layout.pop("rootcas")
    del ite.step("build")["cert_constraints"][0]["roots"]
    ite.step("build")["cert_constraints"][0]["trustBundleIds"] = ["bundle"]
    ite.layout["trustBundles"] = {"bundle": {"bundleid": "bundle", "roots": [ROOT.pem()], "intermediates": []}}
    either("trust-bundles", "the members that the text of ITE-7 names", ite, "The text of ITE-7 and its implementation differ in names.",
           notes="trustBundles, trustBundleIds")

    timestamps(corpus)


def timestamps(corpus):
    s = corpus.section("timestamps", "Timestamps on signatures", "none: ITE-7 leaves out at which time a certificate is judged; RFC 3161")
    tsa_root = root("timestamps")
    tsa = Certificate(Ecdsa("tsa"), tsa_root, common="tsa", purposes=[TIMESTAMPS], purposes_critical=True)
    lax = Certificate(Ecdsa("tsa"), tsa_root, common="tsa", purposes=[SERVER])
    stranger = Certificate(Ecdsa("other tsa"), root("other timestamps"), common="tsa", purposes=[TIMESTAMPS], purposes_critical=True)
    brief = leaf(begin="20210101000000Z", end="20211231235959Z")
    feature = {"features": ["certificates", "timestamps"]}

    def stamped(authority, when, data=None, form=METABLOCK, change=lambda token: token):
        chain = certified([brief], [EXACT], form=form)
        certify = chain["build"].edit

        def edit(envelope):
            certify(envelope)
            signature = envelope["signatures"][0]
            value = bytes.fromhex(signature["sig"]) if form == METABLOCK else base64.b64decode(signature["sig"])
            token = change(timestamp(authority, data or value, when))
            signature["timestamps"] = [{"type": "tsp", "data": base64.b64encode(token).decode()}]

        chain["build"].edit = edit
        chain.files["keys/tsa-root.pem"] = tsa_root.pem()
        return chain

    given = {**feature, "timestamp_roots": ["keys/tsa-root.pem"]}
    rule = "A certificate that has expired counts when a trusted authority saw the signature while it was valid."
    for form in METABLOCK, DSSE:
        s.either(form, f"an expired certificate, and a timestamp from its time ({form})", stamped(tsa, "20210601000000Z", form=form), rule, **given)

    def refuse(name, title, chain, rule=rule, **more):
        s.refuse(name, title, "link.certificate", chain, rule, also=["link.signature"], **{**given, **more})

    refuse("too-late", "a timestamp from after the certificate's time", stamped(tsa, "20220601000000Z"))
    refuse("too-early", "a timestamp from before the certificate's time", stamped(tsa, "20200601000000Z"))
    s.refuse("nobody-trusted", "a good timestamp, and the caller trusts no authority", "link.certificate", stamped(tsa, "20210601000000Z"), rule,
             also=["link.signature"], **feature)
    refuse("other-authority", "a timestamp by an authority that the caller does not trust", stamped(stranger, "20210601000000Z"))
    refuse("no-authority", "a timestamp by a certificate that is not for timestamps", stamped(lax, "20210601000000Z"), spec="RFC 3161, 2.3")
    refuse("other-bytes", "a timestamp over something else", stamped(tsa, "20210601000000Z", b"something else"))
    refuse("changed", "a timestamp whose time was changed", stamped(tsa, "20220601000000Z", change=lambda t: t.replace(b"20220601", b"20210601")))
    refuse("cut", "a timestamp that is cut", stamped(tsa, "20210601000000Z", change=lambda t: t[:-10]))


def patched(chain):
    chain["build"].patch = lambda d: d.replace(b'"environment": {}', b'"environment": {"a": 1}')
    return chain


def without(chain):
    chain["build"].edit = None
    return chain


def cut(chain):
    chain["build"].edit = lambda e: e["signatures"][0].update(cert=ROOT.pem()[:200])
    return chain
