# SPDX-License-Identifier: Apache-2.0
"""Kinds of keys, their signatures, and the dialects of key objects."""
import hashlib

from . import arithmetic as a
from .documents import DSSE, METABLOCK, Chain
from .keys import CURRENT, CURVE, LEGACY, Ecdsa, Ed25519, Rsa, alice, bob, der_int, der_pair, der_seq, owner

KEYS = "in-toto 1.0, 4.2.1"
rsa_owner, rsa_alice, rsa_bob = Rsa("owner"), Rsa("alice"), Rsa("bob")


def with_signature(make, key, by=None):
    """a chain whose build step is signed by make(data)"""
    chain = Chain(people=(key, bob), by=by or owner)

    class Other:
        name = key.name
        keyid = staticmethod(key.keyid)

        @staticmethod
        def signature(data, keyid):
            return {"keyid": keyid, "sig": make(data).hex()}

    chain["build"].signers = [(Other, key.keyid())]
    return chain


def add(corpus):
    s = corpus.section("keys", "Kinds of keys and signatures", KEYS)
    makers = {
        "rsa": (rsa_owner, rsa_alice, rsa_bob),
        "ecdsa-p256": (Ecdsa("owner"), Ecdsa("alice"), Ecdsa("bob")),
        "ecdsa-p384": (Ecdsa("owner", 384), Ecdsa("alice", 384), Ecdsa("bob", 384)),
        "ecdsa-p521": (Ecdsa("owner", 521), Ecdsa("alice", 521), Ecdsa("bob", 521)),
        "ed25519": (owner, alice, bob),
    }
    for name, (by, one, two) in makers.items():
        for form in METABLOCK, DSSE:
            s.accept(f"{form}-{name}", f"owner and functionaries with {name} keys", Chain(form, people=(one, two), by=by),
                     "The key's scheme says how the signature is made.")
        chain = Chain(people=(one, two), by=by)
        chain["build"].signers = [(two, one.keyid())]
        s.refuse(f"{name}-other", f"a link signed with another {name} key", "link.signature", chain, "The signature must verify.")
        chain = Chain(people=(one, two), by=by)
        chain.signers = [(one, by.keyid())]
        s.refuse(f"{name}-other-owner", f"a layout signed with another {name} key", "layout.signature", chain, "The signature must verify.")
        mixed = Chain(people=(alice, two), by=by)
        mixed["build"].signers = [alice]
        if name != "ed25519":
            s.accept(f"mixed-{name}", f"{name} keys beside Ed25519", mixed, "Each key has its own scheme.")

    pss = "RSASSA-PSS with SHA-256; the length of the salt is not part of the scheme's name."
    for salt in 0, 20, 222:
        key = Rsa("alice", salt=salt)
        make = s.accept if salt == 222 else s.either
        make(f"pss-salt-{salt}", f"a PSS signature with a salt of {salt} bytes", Chain(people=(key, bob)), pss)
    for name in "sha384", "sha512":
        key = Rsa("alice", scheme=f"rsassa-pss-{name}", salt=64)
        s.either(f"pss-{name}", f"the scheme rsassa-pss-{name}", Chain(people=(key, bob)), "Which schemes an implementation knows it may say itself.")
    digest = lambda data: hashlib.sha256(data).digest()
    s.refuse("rsa-pkcs1", "a PKCS#1 v1.5 signature under a PSS scheme", "link.signature",
             with_signature(lambda d: rsa_alice.key.sign_pkcs1(digest(d), "sha256"), rsa_alice), "The key's scheme says how the signature is made.")
    s.refuse("rsa-other-hash", "a PSS signature with SHA-512 under a SHA-256 scheme", "link.signature",
             with_signature(lambda d: rsa_alice.key.sign_pss(hashlib.sha512(d).digest(), "sha512", b"s" * 32), rsa_alice),
             "The key's scheme says how the signature is made.")
    s.refuse("rsa-zero", "an RSA signature of zero", "link.signature", with_signature(lambda d: bytes(256), rsa_alice), "The signature must verify.")
    s.refuse("rsa-one", "an RSA signature of one", "link.signature", with_signature(lambda d: bytes(255) + b"\1", rsa_alice), "The signature must verify.")
    s.refuse("rsa-short", "an RSA signature without its leading byte", "link.signature",
             with_signature(lambda d: rsa_alice.sign(d)[1:], rsa_alice), "The signature must verify.")
    s.either("rsa-1024", "an RSA key of 1024 bits", Chain(people=(Rsa("small", bits=1024), bob)), "RSA keys have at least 2048 bits.",
             reason="layout.format")

    p256 = makers["ecdsa-p256"][1]
    raw = lambda d: b"".join(x.to_bytes(32, "big") for x in p256.pair(d))
    s.refuse("ecdsa-raw", "an ECDSA signature as two plain numbers", "link.signature", with_signature(raw, p256),
             "ECDSA signatures are written in DER.", spec="securesystemslib, ECDSA signatures")
    s.accept("ecdsa-high-s", "an ECDSA signature with the larger s", with_signature(lambda d: high_s(p256, d), p256), "Both values of s verify.",
             spec="FIPS 186-4, 6.4")
    s.refuse("ecdsa-trailing", "bytes behind an ECDSA signature", "link.signature", with_signature(lambda d: p256.sign(d) + b"\0", p256),
             "The signature is what verifies and nothing more.")
    s.refuse("ecdsa-zero", "an ECDSA signature of zeros", "link.signature", with_signature(lambda d: der_pair((0, 0)), p256), "The signature must verify.")
    s.refuse("ecdsa-negative", "an ECDSA signature with a negative number", "link.signature",
             with_signature(lambda d: der_seq(b"\2\1\xff", der_int(p256.pair(d)[1])), p256), "The signature must verify.")
    s.refuse("ecdsa-other-hash", "an ECDSA signature over SHA-512 under P-256", "link.signature",
             with_signature(lambda d: der_pair(p256.pair(d, "sha512")), p256), "The key's scheme says how the signature is made.")
    for bits in 384, 521:
        key = Ecdsa("alice", bits, scheme="ecdsa-sha2-nistp256")
        s.either(f"ecdsa-p{bits}-declared-p256", f"a P-{bits} key whose object says nistp256", Chain(people=(key, bob)),
                 "Go and older versions of the reference implementation call every curve so, and take the digest from the curve.")

    s.refuse("ed25519-large-s", "an Ed25519 signature whose s is not reduced", "link.signature",
             with_signature(lambda d: large_s(alice, d), alice), "s is smaller than the order of the group.", spec="RFC 8032, 5.1.7")
    s.refuse("ed25519-short", "an Ed25519 signature of 63 bytes", "link.signature", with_signature(lambda d: alice.sign(d)[:-1], alice),
             "The signature must verify.")
    weak = Chain()
    zero = Ed25519("weak")
    zero.point = b"\1" + bytes(31)
    weak.layout["keys"][zero.keyid()] = zero.entry()
    weak.step("build")["pubkeys"] = [zero.keyid()]
    weak["build"].keyid = zero.keyid()
    weak["build"].edit = lambda e: e.update(signatures=[{"keyid": zero.keyid(), "sig": (zero.point + bytes(32)).hex()}])
    s.refuse("ed25519-small-order", "a public key of small order, for which anybody can sign", "layout.format", weak,
             "A signature by a key of small order says nothing about who signed.", spec="RFC 8032, 5.1.7")

    d = corpus.section("key-objects", "Dialects of key objects", KEYS)

    def with_object(entry, key=alice, **more):
        chain = Chain(people=(key, bob))
        chain.layout["keys"][key.keyid()] = entry
        return chain

    d.accept("private-empty", "an empty \"private\" beside \"public\"",
             with_object(alice.entry(keyval={"public": alice.public(), "private": ""})), "The private half is not there; an empty one says the same.")
    d.accept("no-hash-algorithms", "no keyid_hash_algorithms", with_object({k: v for k, v in alice.entry().items() if k != "keyid_hash_algorithms"}),
             "A key has a type, a scheme and a value.")
    d.either("null-hash-algorithms", "keyid_hash_algorithms of null", with_object(alice.entry(keyid_hash_algorithms=None)),
             "Go writes null where the member is missing.")
    d.accept("no-keyid", "no keyid inside the object", with_object({k: v for k, v in alice.entry().items() if k != "keyid"}),
             "The name in \"keys\" is the keyid.")
    p = makers["ecdsa-p256"][1]
    d.either("ecdsa-type", "the key type ecdsa-sha2-nistp256", with_object(p.entry(keytype="ecdsa-sha2-nistp256"), p),
             "Older versions of the reference implementation use the scheme's name for the type.")
    for name, key in ("rsa", rsa_alice), ("ecdsa", p):
        d.accept(f"{name}-newline", f"the PEM of an {name} key with its last newline",
                 with_object(key.entry(keyval={"public": key.pem()}), key), "White space around a PEM block means nothing.", spec="RFC 7468")
        d.accept(f"{name}-trimmed", f"the PEM of an {name} key without its last newline",
                 with_object(key.entry(keyval={"public": key.pem().strip()}), key), "White space around a PEM block means nothing.", spec="RFC 7468")
    for style, title in (CURRENT, "the current dialect"), (CURVE, "the legacy dialect with the PEM's last newline"):
        people = Rsa("alice", style=style), Ecdsa("bob", style=style)
        d.accept(f"keyids-{style.split()[0] if style == CURRENT else 'newline'}", f"keyids in {title}", Chain(people=people),
                 "A keyid is the digest of the key's canonical form, of which versions are in use.")
    both = Chain(people=(Rsa("alice", style=CURRENT), Rsa("bob", style=LEGACY)))
    d.accept("keyids-mixed", "keyids of two dialects in one layout", both, "A keyid is the digest of the key's canonical form, of which versions are in use.")
    d.either("unknown-members", "an unknown member in a key object, signed", with_object(alice.entry(note="x")),
             "Keys of other kinds have other members.")

    unknown = {"keytype": "sphincs", "scheme": "sphincs-shake-128s", "keyid_hash_algorithms": ["sha256", "sha512"],
               "keyval": {"public": "00"}, "keyid": "c" * 64}
    chain = Chain()
    chain.layout["keys"]["c" * 64] = unknown
    d.accept("unknown-kind-unused", "a key of an unknown kind that no step needs", chain, "What nobody needs is no reason to stop.")
    chain = Chain()
    chain.layout["keys"]["c" * 64] = unknown
    chain.step("build")["pubkeys"] = ["c" * 64]
    chain["build"].keyid = "c" * 64
    chain["build"].signers = [(alice, "c" * 64)]
    d.refuse("unknown-kind-needed", "a step that only a key of an unknown kind may do", "step.quorum", chain,
             "A signature that cannot be checked counts for nothing.")
    chain = Chain()
    chain.layout["keys"]["c" * 64] = unknown
    chain.step("build")["pubkeys"] = ["c" * 64, alice.keyid()]
    d.accept("unknown-kind-beside", "a step that a key of an unknown kind or another may do", chain,
             "A signature that cannot be checked counts for nothing, and hinders nothing.")
    for name, title, entry in [
        ("no-type", "a key without type", {k: v for k, v in alice.entry().items() if k != "keytype"}),
        ("no-value", "a key without value", {k: v for k, v in alice.entry().items() if k != "keyval"}),
        ("short-value", "an Ed25519 key of 31 bytes", alice.entry(keyval={"public": alice.public()[:-2]})),
        ("not-hex", "an Ed25519 key that is no hex", alice.entry(keyval={"public": "z" * 64})),
        ("value-list", "a value that is a list", alice.entry(keyval=[alice.public()])),
    ]:
        d.refuse(name, title, "layout.format", with_object(entry), "A key has a type, a scheme and a value of its kind.")
    d.refuse("broken-pem", "an RSA key whose PEM is cut", "layout.format",
             with_object(rsa_alice.entry(keyval={"public": rsa_alice.pem()[:200]}), rsa_alice), "A key has a type, a scheme and a value of its kind.")
    d.refuse("other-type", "a P-256 key that calls itself RSA", "layout.format",
             with_object(p.entry(keytype="rsa", scheme="rsassa-pss-sha256"), p), "A key has a type, a scheme and a value of its kind.")
    d.either("two-pems", "two PEM blocks in one key",
             with_object(rsa_alice.entry(keyval={"public": rsa_alice.pem() + rsa_bob.pem()}), rsa_alice),
             "A key object holds one key; what a second one means is not said.", reason="layout.format")

    f = corpus.section("key-files", "Key files that a verifier is given", "none: what tools of several generations write")
    for name, key in ("rsa", rsa_owner), ("ecdsa", makers["ecdsa-p256"][0]), ("ed25519", owner):
        chain = Chain(by=key)
        chain.keys = {"owner.pub": key.pem()}
        f.accept(f"{name}-pem", f"an {name} key as PEM (SubjectPublicKeyInfo)", chain, "The key file is what the owner handed out.")
    chain = Chain(by=rsa_owner)
    chain.keys = {"owner.pub": rsa_owner.pem().replace("\n", "\r\n")}
    f.accept("crlf", "a PEM file with carriage returns", chain, "Line ends of PEM files differ.", spec="RFC 7468, 3")
    chain = Chain(by=rsa_owner)
    chain.keys = {"owner.pub": "owner of the project\n\n" + rsa_owner.pem()}
    f.accept("text-in-front", "a PEM file with a text in front", chain, "Text around a PEM block means nothing.", spec="RFC 7468, 2")


def high_s(key, data):
    r, s = key.pair(data)
    return der_pair((r, max(s, key.curve.n - s)))


def large_s(key, data):
    signature = key.sign(data)
    s = int.from_bytes(signature[32:], "little") + a.L25519
    return signature[:32] + s.to_bytes(32, "little")
