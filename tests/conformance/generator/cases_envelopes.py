# SPDX-License-Identifier: Apache-2.0
"""Reading files: JSON, the two envelopes, and the canonical form."""
import base64
import hashlib
import json

from .canonical import canonical, compact, pretty
from .documents import DSSE, METABLOCK, PAYLOAD_TYPE, Chain, dsse, metablock, one_step, pae, sha
from .keys import alice, bob, owner

ENVELOPE = "ITE-5; in-toto 1.0, 4.1"
DSSE_SPEC = "DSSE 1.0, envelope.md and protocol.md"
CANONICAL = "OLPC canonical JSON; ITE-5, appendix (the older envelope)"


def raw_layout(data, **more):
    """the good chain behind a layout file of any bytes"""
    chain = Chain(**more)
    chain.patch = lambda _: data if isinstance(data, bytes) else data.encode()
    return chain


def patched(old, new, form=METABLOCK, count=1):
    """the layout file with one text replaced after it was signed"""
    chain = Chain(form)

    def patch(data):
        assert data.count(old) >= 1, old
        return data.replace(old, new, count)

    chain.patch = patch
    return chain


def edited(edit, form=METABLOCK):
    chain = Chain(form)
    chain.edit = edit
    return chain


def without(name):
    def edit(envelope):
        del envelope[name]

    return edit


def with_value(name, value):
    def edit(envelope):
        envelope[name] = value

    return edit


def load(corpus):
    s = corpus.section("load", "Loading and validating metadata", ENVELOPE)
    s.accept("metablock", "a chain in the older envelope", Chain(METABLOCK),
             "Metadata may be wrapped in the older envelope of \"signed\" and \"signatures\".")
    s.accept("dsse", "a chain in DSSE", Chain(DSSE), "Metadata may be wrapped in a DSSE envelope.")
    s.accept("dsse-layout-metablock-links", "a layout in DSSE, links in the older envelope",
             Chain(DSSE, METABLOCK), "The envelope is a matter of each file.")
    s.accept("metablock-layout-dsse-links", "a layout in the older envelope, links in DSSE",
             Chain(METABLOCK, DSSE), "The envelope is a matter of each file.")

    refuse = lambda name, title, chain, rule, **more: s.refuse(name, title, "layout.format", chain, rule, **more)
    refuse("no-envelope", "an object without envelope members", raw_layout("{}\n"),
           "A file without an envelope was signed by nobody.")
    refuse("both-envelopes", "both \"signed\" and \"payload\" in one file",
           edited(lambda e: {**e, **dsse({"_type": "layout"}, [owner])}),
           "A reader must not have to choose which of two documents was meant.",
           spec="ITE-5: the members tell the envelopes apart")
    refuse("bare-layout", "a layout without any envelope", edited(lambda e: e["signed"]),
           "A layout is followed only when its signatures are there to be checked.", spec="in-toto 1.0, 4.3")
    refuse("signed-null", "\"signed\" is null", edited(with_value("signed", None)), "A signed document is an object.")
    refuse("signed-list", "\"signed\" is a list", edited(lambda e: metablock([], [owner])),
           "A signed document is an object.")
    refuse("no-signatures", "no \"signatures\" member", edited(without("signatures")),
           "An envelope has its list of signatures.")
    refuse("signatures-null", "\"signatures\" is null", edited(with_value("signatures", None)),
           "An envelope has its list of signatures.")
    refuse("signatures-object", "\"signatures\" is an object", edited(with_value("signatures", {})),
           "An envelope has its list of signatures.")
    refuse("signature-text", "a signature is a text, not an object", edited(with_value("signatures", ["x"])),
           "A signature is an object with a keyid and a value.")
    refuse("list-at-the-top", "the file holds a list", edited(lambda e: pretty([e])), "An envelope is an object.")
    refuse("empty-file", "an empty file", raw_layout(b""), "Metadata is one JSON document.")
    refuse("no-json", "a text that is no JSON", raw_layout("root.layout\n"), "Metadata is one JSON document.")
    refuse("truncated", "a file that was cut off", edited(lambda e: pretty(e)[:-20]), "Metadata is one JSON document.")
    refuse("trailing-bytes", "bytes behind the document", edited(lambda e: pretty(e) + b"x"),
           "Metadata is one JSON document.")
    refuse("two-documents", "a second document behind the first", edited(lambda e: pretty(e) * 2),
           "Metadata is one JSON document.")
    s.accept("trailing-white-space", "blanks and newlines behind the document",
             edited(lambda e: pretty(e) + b" \n\t\n"), "White space around a JSON document means nothing.",
             spec="RFC 8259, 2")
    s.either("byte-order-mark", "a byte order mark in front", edited(lambda e: b"\xef\xbb\xbf" + pretty(e)),
             "A JSON text does not begin with a byte order mark; a reader may ignore one.", reason="layout.format",
             spec="RFC 8259, 8.1")
    refuse("not-utf8", "bytes that are not UTF-8 inside a text", patched(b'"readme": ""', b'"readme": "\xff\xfe"'),
           "JSON is UTF-8.", spec="RFC 8259, 8.1")
    refuse("utf16", "the document in UTF-16", edited(lambda e: pretty(e).decode().encode("utf-16")), "JSON is UTF-8.",
           spec="RFC 8259, 8.1")
    refuse("comment", "a comment in the document", patched(b'"readme"', b'/* note */ "readme"'),
           "JSON has no comments.", spec="RFC 8259, 2")
    refuse("trailing-comma", "a comma behind the last member", edited(lambda e: pretty(e).replace(b"\n}\n", b",\n}\n")),
           "JSON has no comma behind the last member.", spec="RFC 8259, 4")
    refuse("single-quotes", "texts in single quotes", edited(lambda e: pretty(e).replace(b'"', b"'")),
           "JSON texts stand in double quotes.", spec="RFC 8259, 7")
    refuse("not-a-number", "NaN where a number belongs", patched(b'"threshold": 1', b'"threshold": NaN'),
           "JSON has no NaN, though some readers take it.", spec="RFC 8259, 6")

    twice = '"readme": "",\n  "readme": "follow me"'
    refuse("duplicate-member", "a member of the layout comes twice", patched(b'"readme": ""', twice.encode()),
           "With duplicate names two readers see two documents, and only one of them was signed.",
           spec="RFC 8259, 4: names should be unique")
    refuse("duplicate-steps", "\"steps\" comes twice, an empty list last",
           patched(b'"steps": [', b'"steps": [],\n  "steps": ['),
           "With duplicate names two readers see two documents, and only one of them was signed.",
           spec="RFC 8259, 4: names should be unique")
    refuse("duplicate-in-envelope", "\"signatures\" comes twice",
           edited(lambda e: pretty(e).replace(b'"signatures":', b'"signatures": [],\n "signatures":', 1)),
           "With duplicate names two readers see two envelopes.", spec="RFC 8259, 4: names should be unique")
    refuse("duplicate-key-member", "a member of a key object comes twice",
           patched(b'"scheme": "ed25519"', b'"scheme": "ed25519",\n    "scheme": "ed25519"'),
           "With duplicate names two readers see two keys.", spec="RFC 8259, 4: names should be unique")
    chain = Chain(DSSE)
    payload = compact(chain.layout).replace(b'"readme":""', b'"readme":"","readme":"x"')
    chain.edit = lambda _: dsse(payload, [owner])
    refuse("duplicate-in-payload", "a duplicate name inside a signed DSSE payload", chain,
           "With duplicate names two readers see two layouts, even when all bytes are signed.",
           spec="RFC 8259, 4: names should be unique")

    def nested(depth):
        return lambda data: data.replace(b'"readme": ""', b'"readme": ' + b"[" * depth + b"]" * depth)

    chain = Chain()
    chain.patch = nested(40)
    refuse("readme-nested", "a list of lists where a text belongs", chain, "The readme is a text.",
           spec="in-toto 1.0, 4.3")
    chain = Chain()
    chain.arrange = [{"fill": "root.layout", "head": '{"signatures": [], "signed": ', "repeat": "[", "count": 1000000}]
    refuse("deep-nesting", "a million open brackets", chain,
           "A reader bounds the depth of a document instead of running out of stack.",
           spec="RFC 8259, 9: a reader may limit the depth")
    chain = Chain()
    chain.arrange = [{"fill": "root.layout", "head": '{"a":', "repeat": '{"a":', "count": 500000}]
    refuse("deep-objects", "half a million open objects", chain,
           "A reader bounds the depth of a document instead of running out of stack.",
           spec="RFC 8259, 9: a reader may limit the depth")
    chain = Chain()
    chain.drop("pack")
    chain.arrange = [{"fill": f"links/pack.{bob.keyid()[:8]}.link", "head": '{"signatures": [], "signed": ', "repeat": "[",
                      "count": 1000000}]
    s.refuse("deep-nesting-link", "a link of a million open brackets", "link.format", chain,
             "A reader bounds the depth of a document instead of running out of stack.",
             spec="RFC 8259, 9: a reader may limit the depth")
    chain = Chain()
    chain.arrange = [{"fill": "root.layout", "head": '{"signatures": [], "signed": {"readme": "', "repeat": "x",
                      "count": 20000000, "tail": '"}}'}]
    refuse("long-text", "a text of twenty million bytes", chain, "A layout has steps, inspections and keys.",
           spec="in-toto 1.0, 4.3")

    s.refuse("link-trailing-bytes", "a link with bytes behind it", "link.format", link_patch(lambda d: d + b"x"),
             "Metadata is one JSON document; a broken link counts as absent.")
    s.refuse("link-duplicate", "a link in which \"products\" comes twice", "link.format",
             link_patch(lambda d: d.replace(b'"products":', b'"products": {},\n  "products":', 1)),
             "With duplicate names two readers see two links.", spec="RFC 8259, 4: names should be unique")
    s.refuse("link-empty-file", "a link file without a byte", "link.format", link_patch(lambda d: b""),
             "Metadata is one JSON document; a broken link counts as absent.")


def link_patch(patch, form=METABLOCK):
    chain = Chain(form)
    chain["build"].patch = patch
    return chain


def signed_over(chain, convert, form=METABLOCK):
    """the layout's signature made over something else than it must be"""
    if form == METABLOCK:
        chain.edit = lambda _: metablock(chain.layout, [owner], covered=convert(chain.layout))
    else:
        chain.edit = lambda _: dsse(chain.layout, [owner], covered=convert(compact(chain.layout)))
    return chain


def with_byproducts(value, form=METABLOCK):
    """a good chain whose first link carries a value that must survive the canonical form"""
    chain = Chain(form)
    chain["build"].body["byproducts"] = {"stdout": value}
    return chain


def written_as(chain, old, new):
    """the same document, written another way"""
    def patch(data):
        assert old in data, (old, data)
        return data.replace(old, new)

    chain["build"].patch = patch
    return chain


def metablocks(corpus):
    s = corpus.section("metablock", "The older envelope and the canonical form", CANONICAL)
    covers = "The signature is made over the canonical form of \"signed\"."
    for name, title, convert in [
        ("over-the-file", "a signature over the text as it stands in the file", pretty),
        ("over-compact-json", "a signature over compact JSON with escapes", lambda d: compact({**d, "readme": "ü"})),
        ("over-hash", "a signature over the digest of the canonical form",
         lambda d: hashlib.sha256(canonical(d)).digest()),
        ("over-envelope", "a signature over the envelope", lambda d: canonical({"signatures": [], "signed": d})),
    ]:
        s.refuse(name, title, "layout.signature", signed_over(Chain(), convert), covers)

    s.accept("spaced-out", "the signed document with other white space and order",
             edited(lambda e: b'{"signed":' + json.dumps(e["signed"], indent=7).encode() + b',\n\n"signatures":'
                    + compact(e["signatures"]) + b"}"), "White space and the order of members are not part of the canonical form.")
    texts = [
        ("newline", "a newline", "two\nlines\n"),
        ("tab", "a tab", "a\tb"),
        ("nul", "a NUL", "a\0b"),
        ("escape", "control characters of a terminal", "\x1b[2J\x07\x7f"),
        ("quote", "a quotation mark and backslashes", 'say "\\n" \\\\'),
        ("umlaut", "characters beyond ASCII", "grün 漢字 \U0001f600"),
        ("separators", "U+2028, U+2029, U+00A0", "\u2028\u2029\u00a0"),
        ("slash", "a slash", "a/b"),
        ("combining", "a composed and a decomposed character", "\u00e9 e\u0301"),
    ]
    for name, what, text in texts:
        s.accept(f"text-{name}", f"a recorded text with {what}", with_byproducts(text),
                 "In the canonical form only the quotation mark and the backslash are escaped; everything else "
                 "stands as it is, in UTF-8.")
    s.accept("text-escaped-slash", "a slash that the file escapes",
             written_as(with_byproducts("a/b"), b'"a/b"', b'"a\\/b"'),
             "How the file escapes a text is not part of the canonical form.")
    s.accept("text-escaped-ascii", "letters that the file escapes",
             written_as(with_byproducts("word"), b'"word"', b'"\\u0077\\u006F\\u0072d"'),
             "How the file escapes a text is not part of the canonical form.")
    s.accept("text-raw-utf8", "characters beyond ASCII that the file does not escape",
             written_as(with_byproducts("ü"), b'"\\u00fc"', '"ü"'.encode()),
             "How the file escapes a text is not part of the canonical form.")
    s.refuse("text-lone-surrogate", "half of a surrogate pair", "link.format",
             written_as(with_byproducts("word"), b'"word"', b'"\\ud800"'),
             "Half of a surrogate pair is no character and has no UTF-8.", spec="RFC 8259, 8.2")
    s.refuse("text-raw-newline", "a raw newline in the file's text", "link.format",
             written_as(with_byproducts("a\nb"), b'"a\\nb"', b'"a\nb"'),
             "A JSON text escapes control characters, though the canonical form does not.", spec="RFC 8259, 7")
    s.refuse("text-changed", "one character of a recorded text changed after signing", "link.signature",
             written_as(with_byproducts("word"), b'"word"', b'"ward"'), covers)
    s.refuse("text-normalised", "a character decomposed after signing", "link.signature",
             written_as(with_byproducts("\u00e9"), b'"\\u00e9"', b'"e\\u0301"'),
             "The canonical form does not normalise characters.")

    s.accept("members-by-code-point", "names beyond the basic plane and private-use names",
             with_byproducts({"\U0001f600": 1, "\ue000": 2, "z": 3, "Z": 4, "": 5, "é": 6}),
             "Members are sorted by code point, which is not the order of UTF-16 units.")
    for name, title, value in [
        ("int-negative", "a negative number", -9),
        ("int-zero", "zero", 0),
        ("int-beyond-double", "a number that no double holds", 9007199254740993),
        ("int-largest", "the largest number of 64 bits", 2**63 - 1),
        ("int-smallest", "the smallest number of 64 bits", -(2**63)),
    ]:
        s.accept(name, f"{title} in a link", with_byproducts(value), "Whole numbers are written in decimal.")
    s.either("int-minus-zero", "minus zero in a link",
             written_as(with_byproducts(0), b'"stdout": 0', b'"stdout": -0'),
             "Minus zero is zero, and canonical numbers have one form; one reader keeps the sign.")
    for name, title, number in [("int-too-large", "2 to the 63rd", 2**63), ("int-huge", "a number of 400 digits", 10**400 - 1)]:
        s.either(name, f"{title} in a link", with_byproducts(number),
                 "How large a number may be is not said; a reader may refuse what it cannot hold exactly, but must "
                 "not round it.", reason="link.format", spec="RFC 8259, 6")
    for name, title, text in [
        ("real", "1.5", b"1.5"), ("real-whole", "1.0", b"1.0"), ("real-exponent", "1e2", b"1e2"),
    ]:
        s.refuse(f"number-{name}", f"{title} in a link", "link.format",
                 written_as(with_byproducts(1), b'"stdout": 1', b'"stdout": ' + text),
                 "The canonical form has whole numbers only.")
    s.accept("constants", "true, false and null in a link", with_byproducts([True, False, None, [], {}]),
             "true, false, null, empty lists and objects have a canonical form.")

    s.refuse("injected-member", "a member added to the layout after signing", "layout.format",
             patched(b'"readme": ""', b'"injected": true,\n  "readme": ""'),
             "Everything in \"signed\" is covered by the signature, so nothing in it may be unsigned.")
    s.refuse("injected-in-step", "a member added to a step after signing", "layout.format",
             patched(b'"threshold": 1', b'"injected": true,\n    "threshold": 1'),
             "Everything in \"signed\" is covered by the signature, so nothing in it may be unsigned.")
    s.refuse("injected-in-key", "a member added to a key object after signing", "layout.signature",
             patched(b'"scheme": "ed25519"', b'"injected": true,\n    "scheme": "ed25519"'),
             "Everything in \"signed\" is covered by the signature, so nothing in it may be unsigned.")
    s.refuse("injected-in-link", "a member added to a link after signing", "link.signature",
             link_patch(lambda d: d.replace(b'"environment": {}', b'"environment": {"a": 1}')),
             "Everything in \"signed\" is covered by the signature.")
    s.refuse("removed-default", "a member with its usual value removed after signing", "layout.signature",
             patched(b'  "readme": "",\n', b""),
             "The signature covers the document as it stands, not one rebuilt with defaults.")
    s.refuse("null-for-default", "an empty readme replaced by null after signing", "layout.signature",
             patched(b'"readme": ""', b'"readme": null'),
             "The signature covers the document as it stands, not one rebuilt with defaults.")
    s.refuse("link-removed-default", "empty byproducts removed from a link after signing", "link.signature",
             link_patch(lambda d: d.replace(b'  "byproducts": {},\n', b"")),
             "The signature covers the document as it stands, not one rebuilt with defaults.",
             )
    s.either("unsigned-beside-signed", "an unknown member of the envelope, outside \"signed\"",
             edited(with_value("note", "unsigned")),
             "What stands beside \"signed\" is covered by nothing and means nothing.")


def dsses(corpus):
    s = corpus.section("dsse", "The DSSE envelope", DSSE_SPEC)

    def of_payload(payload, kind=PAYLOAD_TYPE):
        chain = Chain(DSSE)
        chain.edit = lambda _: dsse(payload(chain.layout), [owner], kind)
        return chain

    def on_text(convert, member="payload"):
        """other spellings of base64"""
        chain = Chain(DSSE)

        def edit(envelope):
            if member == "payload":
                envelope["payload"] = convert(envelope["payload"])
            else:
                envelope["signatures"][0]["sig"] = convert(envelope["signatures"][0]["sig"])

        chain.edit = edit
        # so that both alphabets differ in it
        chain.layout["readme"] = "???>>>~~~ \u00ff\u00fe"
        return chain

    url = lambda text: text.replace("+", "-").replace("/", "_")
    both = "Readers take the standard and the URL-safe alphabet of base64."
    chain = on_text(url)
    payload = json.dumps({**chain.layout, "readme": "???>>>~~~ÿþ>>?>>?>?"}, ensure_ascii=False).encode()
    chain.edit = lambda _: {**dsse(payload, [owner]), "payload": base64.urlsafe_b64encode(payload).decode()}
    assert b"-" in base64.urlsafe_b64encode(payload) or b"_" in base64.urlsafe_b64encode(payload)
    s.accept("url-safe-payload", "a payload in the URL-safe alphabet", chain, both)
    chain = Chain(DSSE)
    while not set("+/") & set(chain_sig(chain)):
        chain.layout["readme"] += "."
    chain.edit = lambda e: with_sig(e, url(e["signatures"][0]["sig"]))
    s.accept("url-safe-signature", "a signature in the URL-safe alphabet", chain, both)
    s.either("unpadded", "base64 without its padding", on_text(lambda t: t.rstrip("=") if t.endswith("=") else t, "sig"),
             "Whether padding may be missing is not said.")
    s.either("line-breaks", "base64 in lines", on_text(lambda t: t[:64] + "\n" + t[64:]),
             "Whether base64 may be broken into lines is not said.", reason="layout.format")
    for name, title, convert in [
        ("bad-character", "a character that is no base64", lambda t: "*" + t[1:]),
        ("cut", "base64 of an impossible length", lambda t: t[:-3]),
        ("data-behind-padding", "more base64 behind the padding", lambda t: t + "=QUJD"),
    ]:
        s.refuse(name, title, "layout.format", on_text(convert), "The payload is base64.")

    chain = Chain(DSSE)
    chain.edit = lambda e: [x.pop("keyid") for x in e["signatures"]] and None
    s.accept("no-keyid", "a signature without keyid", chain,
             "The keyid is optional, and absent is the same as empty.")
    chain = Chain(DSSE)
    chain["build"].edit = lambda e: [x.pop("keyid") for x in e["signatures"]] and None
    s.accept("link-no-keyid", "a link whose signature has no keyid", chain,
             "The keyid is optional, and absent is the same as empty.")
    chain = Chain(DSSE)
    chain.signers = [(owner, "")]
    s.accept("empty-keyid", "a signature with an empty keyid", chain,
             "The keyid is optional, and absent is the same as empty.")
    chain = Chain(DSSE)
    chain.signers = [(owner, bob.keyid())]
    s.accept("misleading-keyid", "a good signature under another key's id", chain,
             "The keyid is only a hint and decides nothing.")
    chain = Chain(DSSE)
    chain.signers = [(bob, owner.keyid())]
    s.refuse("claimed-keyid", "a signature by another key under the owner's id", "layout.signature", chain,
             "The keyid is only a hint and decides nothing.")
    chain = Chain(DSSE)
    chain.edit = lambda e: {**e, "note": 1, "signatures": [{**x, "cert": None, "extra": [1]} for x in e["signatures"]]}
    s.accept("unknown-members", "unknown members in the envelope and in a signature", chain,
             "Members of the envelope that a reader does not know are ignored.")
    chain = Chain(DSSE)
    chain.edit = with_value("signatures", [])
    s.refuse("no-signatures", "an empty list of signatures", "layout.signature", chain,
             "Without a good signature nothing was said.")
    for member in "payload", "payloadType", "signatures":
        s.refuse(f"without-{member.lower()}", f"an envelope without {member}", "layout.format",
                 edited(without(member), DSSE), "payload, payloadType and signatures are required.")

    s.refuse("other-payload-type", "a layout of another payload type, signed so", "layout.format",
             of_payload(compact, "application/json"), f"Layouts and links have the payload type {PAYLOAD_TYPE}.",
             spec="ITE-5")
    chain = Chain(DSSE)
    chain.edit = with_value("payloadType", "application/json")
    s.refuse("changed-payload-type", "the payload type changed after signing", "layout.format", chain,
             "The payload type is covered by the signature.")
    chain = Chain(DSSE)
    chain["build"].edit = with_value("payloadType", "application/vnd.in-toto.link+json")
    s.refuse("link-changed-payload-type", "the payload type of a link changed after signing", "link.signature", chain,
             "The payload type is covered by the signature.")
    s.refuse("signed-without-pae", "a signature over the payload alone", "layout.signature",
             signed_over(Chain(DSSE), lambda p: p, DSSE), "What is signed is the pre-authentication encoding.")
    s.refuse("signed-over-base64", "a signature over the base64 text", "layout.signature",
             signed_over(Chain(DSSE), base64.b64encode, DSSE), "What is signed is the pre-authentication encoding.")
    s.refuse("signed-as-metablock", "a signature over the canonical form", "layout.signature",
             signed_over(Chain(DSSE), lambda p: canonical(json.loads(p)), DSSE),
             "What is signed is the pre-authentication encoding.")
    chain = Chain()
    chain.edit = lambda _: metablock(chain.layout, [owner], covered=pae(PAYLOAD_TYPE, canonical(chain.layout)))
    s.refuse("dsse-signature-in-metablock", "a DSSE signature put into the older envelope", "layout.signature", chain,
             "A signature counts for the envelope that it was made for.")

    s.accept("payload-with-white-space", "a payload that is not in canonical form",
             of_payload(lambda d: json.dumps(d, indent=3).encode() + b"\n\n"),
             "The signature covers the payload's bytes, whatever they look like.")
    s.accept("payload-beyond-ascii", "a payload with characters beyond ASCII",
             of_payload(lambda d: json.dumps({**d, "readme": "grün 漢字"}, ensure_ascii=False).encode()),
             "The lengths in the pre-authentication encoding count bytes.")
    s.refuse("payload-trailing-bytes", "bytes behind the document in a signed payload", "layout.format",
             of_payload(lambda d: compact(d) + b"{}"), "The payload is one JSON document.")
    s.refuse("payload-no-json", "a signed payload that is no JSON", "layout.format", of_payload(lambda d: b"layout"),
             "The payload is one JSON document.")
    s.refuse("payload-list", "a signed payload that is a list", "layout.format", of_payload(lambda d: compact([d])),
             "A layout is an object.", spec="in-toto 1.0, 4.3")
    s.refuse("payload-empty", "an empty payload", "layout.format", of_payload(lambda d: b""),
             "The payload is one JSON document.")
    chain = Chain(DSSE)
    chain["build"].body["byproducts"] = {"stdout": "two\nlines\n"}
    body = chain["build"].body
    chain["build"].edit = lambda _: dsse(canonical(body), [alice])
    s.refuse("payload-in-canonical-form", "a link in canonical form, with a raw newline", "link.format", chain,
             "The payload is JSON; the canonical form of a text with a newline is none.",
             notes="What in-toto-golang writes for a command that printed a line.")
    chain = Chain(DSSE)
    chain["build"].edit = lambda _: dsse(compact(chain["build"].body).replace(b'"byproducts":{}', b'"byproducts":{"a":1.5}'), [alice])
    s.either("payload-real", "a real number in the payload of a link", chain,
             "DSSE needs no canonical form, so a number may be real; a link has no use for one.",
             reason="link.format")
    chain = Chain(DSSE)
    chain.edit = lambda e: {**e, "payload": base64.b64encode(compact({**chain.layout, "readme": "changed"})).decode()}
    s.refuse("changed-payload", "the payload changed after signing", "layout.signature", chain,
             "The signature covers the payload.")
    chain = one_step(["CREATE *", "DISALLOW *"], products={"out": sha(1)}, form=DSSE)
    chain["build"].patch = lambda d: d.replace(b'"signatures"', b'"x": 0, "signatures"')
    s.accept("link-unknown-members", "an unknown member in a link's envelope", chain,
             "Members of the envelope that a reader does not know are ignored.")


def chain_sig(chain):
    return dsse(chain.layout, [owner])["signatures"][0]["sig"]


def with_sig(envelope, sig):
    envelope["signatures"][0]["sig"] = sig


def add(corpus):
    load(corpus)
    metablocks(corpus)
    dsses(corpus)
