# SPDX-License-Identifier: Apache-2.0
"""The people of the corpus: their keys, key objects in every dialect, and keyids.

Every key follows from its name.  They are public test keys: never trust anything that they sign.
"""
import base64
import hashlib

from . import arithmetic as a
from .canonical import canonical

RSA, ED25519, ECDSA = "rsassa-pss-sha256", "ed25519", "ecdsa-sha2-nistp256"
LEGACY, CURRENT, CURVE = "legacy", "current", "legacy with the last newline"


# --- DER ---------------------------------------------------------------------------------------------
def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def der_int(number):
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def der_seq(*parts):
    return der(0x30, *parts)


def der_bits(data):
    return der(3, b"\0" + data)


def der_oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray([40 * first + second])
    for arc in rest:
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        out += bytes(reversed(septets))
    return der(6, bytes(out))


def der_pair(pair):
    return der_seq(der_int(pair[0]), der_int(pair[1]))


DER_NULL = b"\5\0"


def pem(label, data):
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


# --- keys ---------------------------------------------------------------------------------------------
class Key:
    """What all kinds have in common.  style: the dialect of its object in layouts."""

    keytype = scheme = None

    def __init__(self, name, style=LEGACY):
        self.name, self.style = name, style

    def public(self):
        """the text of keyval.public"""
        return self.pem()

    def object(self, style=None, **changes):
        style = style or self.style
        out = {"keytype": self.keytype, "scheme": self.scheme}
        public = self.public()
        if style != CURRENT:
            out["keyid_hash_algorithms"] = ["sha256", "sha512"]
        if style == LEGACY:
            public = public.strip()
        out["keyval"] = {"public": public}
        out.update(changes)
        return out

    def keyid(self, style=None, **changes):
        return hashlib.sha256(canonical(self.object(style, **changes))).hexdigest()

    def entry(self, style=None, **changes):
        """the object as layouts have it, with its keyid"""
        out = self.object(style)
        out["keyid"] = self.keyid(style)
        out.update(changes)
        return out

    def pem(self):
        return pem("PUBLIC KEY", self.spki())

    def signature(self, data, keyid):
        """how a Metablock holds a signature"""
        return {"keyid": keyid, "sig": self.sign(data).hex()}


class Ed25519(Key):
    keytype, scheme = "ed25519", ED25519

    def __init__(self, name, style=LEGACY):
        super().__init__(name, style)
        self.seed = a.stream(f"ed25519 {name}", 32)
        self.point = a.ed25519_public(self.seed)

    def public(self):
        return self.point.hex()

    def spki(self):
        return der_seq(der_seq(der_oid("1.3.101.112")), der_bits(self.point))

    def sign(self, data):
        return a.ed25519_sign(self.seed, data)


class Ecdsa(Key):
    keytype = "ecdsa"
    # securesystemslib before 1.0 trimmed RSA keys only; Go trims all
    curves = {256: (a.P256, "sha256"), 384: (a.P384, "sha384"), 521: (a.P521, "sha512")}

    def __init__(self, name, bits=256, style=LEGACY, scheme=None):
        super().__init__(name, style)
        self.curve, self.hash = self.curves[bits]
        self.scheme = scheme or f"ecdsa-sha2-{self.curve.name}"
        size = self.curve.size + 8
        self.secret = int.from_bytes(a.stream(f"ecdsa {name}", size), "big") % (self.curve.n - 1) + 1
        self.point = self.curve.public(self.secret)

    def spki(self):
        algorithm = der_seq(der_oid("1.2.840.10045.2.1"), der_oid(self.curve.oid))
        return der_seq(algorithm, der_bits(self.point))

    def pair(self, data, hash_name=None):
        hash_name = hash_name or self.hash
        return self.curve.sign(self.secret, hashlib.new(hash_name, data).digest(), hash_name)

    def sign(self, data):
        return der_pair(self.pair(data))


class Rsa(Key):
    keytype = "rsa"

    def __init__(self, name, bits=2048, style=LEGACY, scheme=RSA, salt=32):
        super().__init__(name, style)
        self.scheme, self.salt = scheme, salt
        self.hash = scheme.rsplit("-", 1)[1]
        self.key = a.Rsa(f"rsa {name}", bits)

    def spki(self):
        algorithm = der_seq(der_oid("1.2.840.113549.1.1.1"), DER_NULL)
        return der_seq(algorithm, der_bits(der_seq(der_int(self.key.n), der_int(self.key.E))))

    def sign(self, data):
        digest = hashlib.new(self.hash, data).digest()
        return self.key.sign_pss(digest, self.hash, a.stream(f"salt of {digest.hex()}", self.salt))


# Ed25519 for most cases: small and quick.
owner, second, eve = Ed25519("owner"), Ed25519("second"), Ed25519("eve")
alice, bob, carol, dave = Ed25519("alice"), Ed25519("bob"), Ed25519("carol"), Ed25519("dave")
