# SPDX-License-Identifier: Apache-2.0
"""OpenPGP keys of functionaries (as objects in the layout) and of the owner (as exported keys)."""
from .documents import Chain, sha
from .keys import alice, bob
from .openpgp import BORN, CERTIFY, DAY, ENCRYPT, SIGN, SIGNED, OpenPgp, Part

SPEC = "the reference implementation (securesystemslib, gpg); in-toto 1.0, 4.2.1 leaves kinds of keys open"
FEATURE = {"features": ["openpgp"]}
OUT = {"out": sha("out")}
LIFE = 3 * 365 * DAY  # from 2020 to the end of 2022


def chain_by(key, signer=None, ids=None, keyid=None, threshold=1):
    """the good chain; key does the step build"""
    chain = Chain(people=(alice, bob)).drop("build")
    chain.layout["keys"] = {key.keyid(): key.entry(), bob.keyid(): bob.entry()}
    chain.step("build").update(pubkeys=ids or [key.keyid()], threshold=threshold)
    if signer is not False:
        one = signer or key.by()
        chain.add("build", alice, {}, OUT, keyid=keyid or one[1], signers=[one])
    return chain


def functionaries(corpus):
    s = corpus.section("openpgp", "OpenPGP keys of functionaries", SPEC)
    accept = lambda *words, **more: s.accept(*words, **{**FEATURE, **more})
    refuse = lambda name, title, reason, chain, rule, **more: s.refuse(name, title, reason, chain, rule, **{**FEATURE, **more})
    either = lambda *words, **more: s.either(*words, **{**FEATURE, **more})

    signs = "The signature covers the document, the hashed part of the OpenPGP signature, and its trailer."
    kinds = {kind: OpenPgp(name, kind) for name, kind in (("gpg primary", "rsa"), ("gpg dsa", "dsa"), ("gpg alice", "ed25519"))}
    for kind, key in kinds.items():
        make = either if kind == "dsa" else accept
        make(f"{kind}", f"a link signed with an OpenPGP key ({kind})", chain_by(key), signs)
        chain = chain_by(key)
        chain["build"].patch = lambda d: d.replace(b'"environment": {}', b'"environment": {"a": "b"}')
        refuse(f"{kind}-changed", f"a link that was changed after signing ({kind})", "link.signature", chain, signs)
    key, stranger = kinds["ed25519"], OpenPgp("gpg eve")
    refuse("other-key", "another OpenPGP key signed", "link.signature", chain_by(key, stranger.by(keyid=key.keyid()), keyid=key.keyid()), signs)
    refuse("unauthorised", "another OpenPGP key signed under its own id", "step.threshold", chain_by(key, stranger.by()),
           "Only the keys that the step names may sign its links.", spec="in-toto 1.0, 4.3.1")

    def edited(change, base=key):
        chain = chain_by(base)
        chain["build"].edit = lambda e: change(e["signatures"][0])
        return chain

    refuse("changed-headers", "the time in the hashed part was changed", "link.signature",
           edited(lambda x: x.update(other_headers=x["other_headers"].replace(f"{SIGNED:08x}", f"{SIGNED + 1:08x}"))), signs)
    refuse("no-headers", "the hashed part is missing", "link.signature", edited(lambda x: x.pop("other_headers") and None), signs,
           also=["link.format"])
    refuse("empty-headers", "the hashed part is empty", "link.signature", edited(lambda x: x.update(other_headers="")), signs)
    refuse("cut-headers", "the hashed part was cut", "link.signature", edited(lambda x: x.update(other_headers=x["other_headers"][:-2])), signs)
    refuse("cut-signature", "the signature was cut", "link.signature", edited(lambda x: x.update(signature=x["signature"][:-2])), signs)
    refuse("rsa-cut-signature", "an RSA signature was cut", "link.signature",
           edited(lambda x: x.update(signature=x["signature"][:-2]), kinds["rsa"]), signs)
    accept("short-keyid", "a short keyid beside the keyid", edited(lambda x: x.update(short_keyid=x["keyid"][-16:])), "Further members mean nothing.")
    either("upper-case-keyid", "the signature's keyid in capitals", edited(lambda x: x.update(keyid=x["keyid"].upper())),
           "The case of hex digits is not said.")
    either("text-signature", "a signature over a text document", chain_by(key, key.by(kind=1)),
           "A text signature covers the text with other line ends; in-toto's documents are binary.", reason="link.signature")
    refuse("certification", "a signature of the kind that certifies keys", "link.signature", chain_by(key, key.by(kind=0x13)),
           "A signature of another kind was not made for a document.", spec="RFC 4880, 5.2.1")
    either("sha512", "a signature with SHA-512", chain_by(kinds["rsa"], kinds["rsa"].by(hash_name="sha512")),
           "The hash is said in the signature; the reference implementation takes SHA-256 only.")
    refuse("sha1", "a signature with SHA-1", "link.signature", chain_by(kinds["rsa"], kinds["rsa"].by(hash_name="sha1")),
           "SHA-1 does not hold against collisions.", spec="RFC 9580, 9.5")

    # --- subkeys ---
    main_signs = "A main key vouches for its subkeys, and not the other way round."
    sub, second = Part("gpg alice sub", flags=SIGN), Part("gpg alice sub 2", flags=SIGN)
    family = OpenPgp("gpg family", subkeys=[sub, second])
    accept("subkey", "the main key is authorised, a subkey signed", chain_by(family, family.by(sub)), main_signs)
    accept("subkey-only", "the subkey is authorised, and signed", chain_by(family, family.by(sub), ids=[sub.id]), main_signs)
    refuse("main-for-subkey", "the subkey is authorised, the main key signed", "link.signature",
           chain_by(family, family.by(), ids=[sub.id]), main_signs)
    refuse("main-for-subkey-renamed", "the same under the subkey's file name", "link.signature",
           chain_by(family, family.by(keyid=sub.id), ids=[sub.id], keyid=sub.id), main_signs)
    refuse("sibling", "one subkey is authorised, another signed", "link.signature", chain_by(family, family.by(second), ids=[sub.id]), main_signs)
    stray = OpenPgp("gpg family", subkeys=[sub])
    refuse("unknown-subkey", "a subkey signed that the layout does not know", "step.threshold", chain_by(stray, family.by(second)), main_signs)
    chain = chain_by(family, False, threshold=2)
    for part in sub, second:
        chain.add("build", alice, {}, OUT, keyid=part.id, signers=[family.by(part)])
    refuse("two-subkeys-one-person", "two subkeys of one key signed, threshold 2", "step.quorum", chain,
           "Subkeys of one key are one functionary.")
    chain = chain_by(family, False, threshold=2)
    chain.know(alice)
    chain.step("build")["pubkeys"].append(alice.keyid())
    for part in sub, second:
        chain.add("build", alice, {}, OUT, keyid=part.id, signers=[family.by(part)])
    refuse("two-subkeys-of-two", "two subkeys of one key signed, another key did not, threshold 2", "step.threshold", chain,
           "Subkeys of one key are one functionary.")
    chain = chain_by(family, family.by(sub), threshold=2)
    chain.know(alice)
    chain.step("build")["pubkeys"].append(alice.keyid())
    chain.add("build", alice, {}, OUT)
    accept("beside-other-kinds", "a subkey and an Ed25519 key signed, threshold 2", chain, "All kinds of keys count alike.")

    # --- expiry ---
    expires = "A key that has expired counts no more."
    old = OpenPgp("gpg old", lifetime=LIFE)
    refuse("expired", "a key that has expired", "link.signature", chain_by(old), expires)
    accept("not-yet-expired", "the same, seen before it expired", chain_by(old), expires, at="2022-06-01T00:00:00Z", features=["openpgp", "time"])
    refuse("expired-at", "the same, seen one day after it expired", "link.signature", chain_by(old), expires,
           at="2023-01-01T00:00:00Z", features=["openpgp", "time"])
    tired = Part("gpg tired sub", flags=SIGN, lifetime=LIFE)
    half = OpenPgp("gpg half", subkeys=[tired])
    refuse("expired-subkey", "a subkey that has expired", "link.signature", chain_by(half, half.by(tired)), expires)
    accept("expired-sibling", "the main key signed, a subkey has expired", chain_by(half), expires)
    bound = OpenPgp("gpg bound", subkeys=[Part("gpg bound sub", flags=SIGN)], lifetime=LIFE)
    either("expired-main", "the main key has expired, its subkey has not", chain_by(bound, bound.by(bound.subkeys[0])),
           "Whether a subkey outlives its main key is not said for key objects.", reason="link.signature")

    chain = chain_by(key)
    chain.layout["keys"][key.keyid()]["method"] = "pgp+ecdsa-nistp256"
    refuse("unknown-method", "a key of a method that nobody knows", "step.quorum", chain, "A signature that cannot be checked counts for nothing.")
    chain = chain_by(key)
    chain.layout["keys"][key.keyid()]["keyval"]["public"] = {"q": "00"}
    refuse("short-number", "an EdDSA key of one byte", "layout.format", chain, "A key has the numbers of its kind.")
    chain = Chain()
    chain.layout["keys"][key.keyid()] = key.entry()
    accept("unused", "an OpenPGP key that no step needs", chain, "What nobody needs is no reason to stop.")
    # the same key material under two dates: another fingerprint
    twin = OpenPgp("gpg alice", created=BORN + 1)
    chain = chain_by(key, threshold=2)
    chain.layout["keys"][twin.keyid()] = twin.entry()
    chain.step("build")["pubkeys"].append(twin.keyid())
    chain.add("build", alice, {}, OUT, keyid=twin.keyid(), signers=[twin.by()])
    refuse("same-material", "one key with two creation times, so two fingerprints, threshold 2", "step.authority", chain,
           "Several pieces of evidence mean several functionaries; one key is one functionary, whatever it is called.", also=["step.quorum"],
           spec="in-toto 1.0, 4.3.1")


def owners(corpus):
    s = corpus.section("openpgp-owner", "An owner with an OpenPGP key", SPEC)

    def owned(key, certificate, *signers):
        chain = Chain()
        chain.signers = list(signers) or [key.by()]
        chain.keys = {}
        chain.files["keys/owner.gpg"] = certificate
        return chain

    def more(key, **rest):
        return {**FEATURE, "keys": [], "gpg_keys": [key.keyid()], "gpg_files": ["keys/owner.gpg"], **rest}

    def accept(name, title, key, certificate, rule, *signers, **rest):
        s.accept(name, title, owned(key, certificate, *signers), rule, **more(key, **rest))

    def refuse(name, title, key, certificate, rule, *signers, **rest):
        s.refuse(name, title, "layout.signature", owned(key, certificate, *signers), rule, **more(key, **rest))

    signs = "The layout is signed by the key that the client holds."
    for name, kind in ("gpg primary", "rsa"), ("gpg owner", "ed25519"):
        key = OpenPgp(name, kind)
        accept(kind, f"the owner's key is an exported OpenPGP key ({kind})", key, key.certificate(), signs)
    key, stranger = OpenPgp("gpg owner"), OpenPgp("gpg eve")
    accept("new-packets", "the exported key has packets of the newer form", key, key.new_certificate(), "Both forms of packets are the same key.",
           spec="RFC 4880, 4.2")
    refuse("other-key", "another OpenPGP key signed", key, key.certificate(), signs, stranger.by(keyid=key.keyid()))
    sub = Part("gpg owner sub", flags=SIGN)
    family = OpenPgp("gpg owner", subkeys=[sub])
    accept("subkey", "a subkey signed", family, family.certificate(), "A main key vouches for its subkeys by a binding signature.", family.by(sub))
    refuse("unbound-subkey", "a subkey signed whose binding signature is wrong", family, family.certificate(unbound=[sub]),
           "A main key vouches for its subkeys by a binding signature.", family.by(sub), spec="RFC 4880, 11.1")
    cipher = Part("gpg owner cipher", flags=ENCRYPT)
    crypt = OpenPgp("gpg owner", subkeys=[cipher])
    refuse("encryption-subkey", "a subkey signed that is only for encryption", crypt, crypt.certificate(),
           "A key does only what its flags allow.", crypt.by(cipher), spec="RFC 4880, 5.2.3.21", notes="The reference implementation does not look.")
    certify = OpenPgp("gpg certifier", flags=CERTIFY)
    refuse("certify-only", "a main key signed that may only certify", certify, certify.certificate(), "A key does only what its flags allow.",
           spec="RFC 4880, 5.2.3.21", notes="The reference implementation does not look.")
    refuse("revoked", "the owner has revoked the key", key, key.certificate(revoked=True), "A revoked key counts no more.",
           spec="RFC 4880, 5.2.1", notes="The reference implementation does not look (GHSA-jjgp-whrp-gq8m).")
    refuse("revoked-subkey", "the owner has revoked the subkey that signed", family, family.certificate(revoked_subkeys=[sub]),
           "A revoked key counts no more.", family.by(sub), spec="RFC 4880, 5.2.1", notes="The reference implementation does not look.")
    accept("revoked-sibling", "the main key signed, a subkey is revoked", family, family.certificate(revoked_subkeys=[sub]),
           "A revoked key counts no more.", spec="RFC 4880, 5.2.1")
    old = OpenPgp("gpg owner", lifetime=LIFE)
    refuse("expired", "the owner's key has expired", old, old.certificate(), "A key that has expired counts no more.")
    accept("renewed", "the owner's key was to expire, and was renewed", old, old.certificate(renewed=(SIGNED, None)),
           "The newest self-certification says how long a key lives.", spec="RFC 4880, 5.2.3.3")
    refuse("shortened", "the owner's key was to live for ever, and was shortened later", key, key.certificate(renewed=(SIGNED, LIFE)),
           "The newest self-certification says how long a key lives.", spec="RFC 4880, 5.2.3.3")
    chain = owned(key, key.certificate())
    chain.edit = lambda e: e["signed"].update(readme="changed")
    s.refuse("changed", "the layout was changed after signing", "layout.signature", chain, signs, **more(key))


def add(corpus):
    functionaries(corpus)
    owners(corpus)
