# SPDX-License-Identifier: Apache-2.0
"""OpenPGP keys (RFC 4880, version 4 packets) and the signatures that in-toto makes with them."""
import hashlib
import struct

from . import arithmetic as a
from .keys import der_pair

BORN = 1577836800  # 2020-01-01
SIGNED = 1609459200  # 2021-01-01
DAY = 86400
SHA256 = 8
CERTIFY, SIGN, ENCRYPT = 1, 2, 12
ED25519_OID = bytes.fromhex("092b06010401da470f01")


def mpi(number):
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return struct.pack(">H", number.bit_length()) + data


def hex_of(number):
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return data.hex()


def packet(tag, body, new=False):
    """in the older form, with two bytes of length for keys, as securesystemslib wants them"""
    if new:
        return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(body)) + body
    if len(body) < 256 and tag not in (6, 14):
        return bytes([0x80 | tag << 2, len(body)]) + body
    return bytes([0x81 | tag << 2]) + struct.pack(">H", len(body)) + body


def body_of(data):
    """of a packet in the older form"""
    return data[2 + (data[0] & 1):]


def subpacket(kind, body):
    return bytes([len(body) + 1, kind]) + body if len(body) < 191 else (
        b"\xff" + struct.pack(">I", len(body) + 1) + bytes([kind]) + body)


def time_of(seconds):
    return struct.pack(">I", seconds)


class Part:
    """a main key or a subkey"""

    def __init__(self, name, kind="ed25519", created=BORN, lifetime=None, flags=CERTIFY | SIGN):
        self.name, self.kind, self.created, self.lifetime, self.flags = name, kind, created, lifetime, flags
        if kind == "rsa":
            self.algorithm, self.key = 1, a.Rsa(name)
            material = mpi(self.key.n) + mpi(self.key.E)
        elif kind == "dsa":
            self.algorithm, self.key = 17, a.Dsa(name)
            material = mpi(self.key.p) + mpi(self.key.q) + mpi(self.key.g) + mpi(self.key.y)
        else:
            self.algorithm, self.key = 22, a.stream(f"openpgp {name}", 32)
            self.point = a.ed25519_public(self.key)
            material = ED25519_OID + mpi(int.from_bytes(b"\x40" + self.point, "big"))
        self.body = b"\4" + time_of(created) + bytes([self.algorithm]) + material
        self.id = hashlib.sha1(self.hashed()).hexdigest()

    def hashed(self):
        """as it goes into fingerprints and certifications"""
        return b"\x99" + struct.pack(">H", len(self.body)) + self.body

    def sign(self, digest, hash_name="sha256"):
        """the numbers of the signature, as a packet has them, and as in-toto has them"""
        if self.kind == "rsa":
            value = self.key.sign_pkcs1(digest, hash_name)
            return mpi(int.from_bytes(value, "big")), value
        if self.kind == "dsa":
            r, s = self.key.sign(digest, hash_name)
            return mpi(r) + mpi(s), der_pair((r, s))
        value = a.ed25519_sign(self.key, digest)
        r, s = (int.from_bytes(half, "big") for half in (value[:32], value[32:]))
        return mpi(r) + mpi(s), value

    def headers(self, kind, more=b"", made=SIGNED, hash_id=SHA256, issuer=None):
        subpackets = subpacket(33, b"\4" + bytes.fromhex(issuer or self.id)) + subpacket(2, time_of(made)) + more
        return bytes([4, kind, self.algorithm, hash_id]) + struct.pack(">H", len(subpackets)) + subpackets

    def signature_packet(self, kind, content, more=b"", made=BORN, spoil=False):
        unhashed = subpacket(16, bytes.fromhex(self.id[24:]))
        headers = self.headers(kind, more, made)
        digest = hashlib.sha256(content + headers + b"\4\xff" + struct.pack(">I", len(headers))).digest()
        numbers, _ = self.sign(hashlib.sha256(b"other").digest() if spoil else digest)
        return packet(2, headers + struct.pack(">H", len(unhashed)) + unhashed + digest[:2] + numbers)

    def document_signature(self, data, made=SIGNED, kind=0, hash_name="sha256"):
        """(other_headers, signature) of in-toto's format"""
        headers = self.headers(kind, made=made, hash_id={"sha1": 2, "sha256": 8, "sha512": 10}[hash_name])
        digest = hashlib.new(hash_name, data + headers + b"\4\xff" + struct.pack(">I", len(headers))).digest()
        return headers, self.sign(digest, hash_name)[1]

    def public(self):
        if self.kind == "rsa":
            return {"n": hex_of(self.key.n), "e": "010001"}
        if self.kind == "dsa":
            return {name: hex_of(getattr(self.key, name)) for name in "pqgy"}
        return {"q": self.point.hex()}


METHODS = {"rsa": "pgp+rsa-pkcsv1.5", "dsa": "pgp+dsa-fips-180-2", "ed25519": "pgp+eddsa-ed25519"}
TYPES = {"rsa": "rsa", "dsa": "dsa", "ed25519": "eddsa"}


class OpenPgp:
    """A key with subkeys.  As a signer it is its main key; see by()."""

    def __init__(self, name, kind="ed25519", subkeys=(), **more):
        self.name = name
        self.main = Part(name, kind, **more)
        self.subkeys = list(subkeys)

    def keyid(self, _style=None):
        return self.main.id

    def object_of(self, part):
        out = {
            "type": TYPES[part.kind],
            "method": METHODS[part.kind],
            "hashes": ["pgp+SHA2"],
            "creation_time": part.created,
            "keyid": part.id,
            "keyval": {"private": "", "public": part.public()},
        }
        if part.lifetime:
            out["validity_period"] = part.lifetime
        return out

    def entry(self, **changes):
        """the object in a layout"""
        out = self.object_of(self.main)
        if self.subkeys:
            out["subkeys"] = {sub.id: self.object_of(sub) for sub in self.subkeys}
        out.update(changes)
        return out

    def signature(self, data, keyid, part=None, **how):
        part = part or self.main
        headers, value = part.document_signature(data, **how)
        return {"keyid": keyid, "other_headers": headers.hex(), "signature": value.hex()}

    def by(self, part=None, keyid=None, **how):
        """a signer for Link and Chain: one part, or other circumstances"""
        part = part or self.main
        signer = Signer(self, part, how)
        return signer, keyid or part.id

    # --- the exported key ---
    def new_certificate(self):
        """the same in packets of the newer form"""
        data, out = self.certificate(), b""
        while data:
            head = 2 + (data[0] & 1)
            size = int.from_bytes(data[1:head], "big")
            out += packet(data[0] >> 2 & 15, data[head:head + size], new=True)
            data = data[head + size:]
        return out

    def certificate(self, revoked=False, unbound=(), revoked_subkeys=(), renewed=None, spoil=False):
        """unbound: subkeys without a good binding.  renewed: (when, lifetime) of a later self-certification"""
        main = self.main
        user = f"{self.name} <{self.name.replace(' ', '.')}@example.org>".encode()
        named = main.hashed() + b"\xb4" + struct.pack(">I", len(user)) + user
        out = packet(6, main.body)
        if revoked:
            out += main.signature_packet(0x20, main.hashed(), subpacket(29, b"\2"), SIGNED)
        out += packet(13, user) + main.signature_packet(0x13, named, self.says(main), main.created, spoil=spoil)
        if renewed:
            made, lifetime = renewed
            more = subpacket(27, bytes([main.flags])) + (subpacket(9, time_of(lifetime)) if lifetime else b"")
            out += main.signature_packet(0x13, named, more, made)
        for sub in self.subkeys:
            both = main.hashed() + sub.hashed()
            more = self.says(sub)
            if sub.flags & SIGN:
                back = sub.signature_packet(0x19, both, b"", sub.created)
                more += subpacket(32, body_of(back))
            out += packet(14, sub.body)
            out += main.signature_packet(0x18, both, more, sub.created, spoil=sub in unbound)
            if sub in revoked_subkeys:
                out += main.signature_packet(0x28, both, subpacket(29, b"\2"), SIGNED)
        return out

    @staticmethod
    def says(part):
        out = subpacket(27, bytes([part.flags]))
        return out + subpacket(9, time_of(part.lifetime)) if part.lifetime else out


class Signer:
    def __init__(self, key, part, how):
        self.key, self.part, self.how, self.name = key, part, how, key.name

    def keyid(self):
        return self.part.id

    def signature(self, data, keyid):
        return self.key.signature(data, keyid, self.part, **self.how)
