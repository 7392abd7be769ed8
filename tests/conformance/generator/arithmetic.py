# SPDX-License-Identifier: Apache-2.0
"""Signature arithmetic by plain integers, so that the same input gives the same bytes everywhere.

For test documents only: nothing here runs in constant time, and every secret is public.
"""
import hashlib
import hmac


def stream(seed, size):
    """size bytes that follow from a text"""
    out, counter = b"", 0
    while len(out) < size:
        out += hashlib.sha256(f"intoto conformance {seed} {counter}".encode()).digest()
        counter += 1
    return out[:size]


# --- Ed25519 (RFC 8032) --------------------------------------------------------------------------
P25519 = 2**255 - 19
L25519 = 2**252 + 27742317777372353535851937790883648493
D25519 = -121665 * pow(121666, -1, P25519) % P25519


def _ed_add(a, b):
    p = P25519
    x = (a[1] - a[0]) * (b[1] - b[0]) % p
    y = (a[1] + a[0]) * (b[1] + b[0]) % p
    t = 2 * a[3] * b[3] * D25519 % p
    z = 2 * a[2] * b[2] % p
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % p, g * h % p, f * g % p, e * h % p


def _ed_base():
    p = P25519
    y = 4 * pow(5, -1, p) % p
    xx = (y * y - 1) * pow(D25519 * y * y + 1, -1, p) % p
    x = pow(xx, (p + 3) // 8, p)
    if (x * x - xx) % p:
        x = x * pow(2, (p - 1) // 4, p) % p
    x = p - x if x & 1 else x
    return x, y, 1, x * y % p


def _doublings(point, add, count):
    points = []
    for _ in range(count):
        points.append(point)
        point = add(point, point)
    return points


_ED_POWERS = _doublings(_ed_base(), _ed_add, 256)


def _ed_times_base(scalar):
    total = (0, 1, 1, 0)
    for bit in range(256):
        if scalar >> bit & 1:
            total = _ed_add(total, _ED_POWERS[bit])
    return total


def _ed_pack(point):
    p = P25519
    inverse = pow(point[2], -1, p)
    x, y = point[0] * inverse % p, point[1] * inverse % p
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _ed_expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    return scalar, digest[32:]


def ed25519_public(seed):
    return _ed_pack(_ed_times_base(_ed_expand(seed)[0]))


def ed25519_sign(seed, message):
    scalar, prefix = _ed_expand(seed)
    public = _ed_pack(_ed_times_base(scalar))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L25519
    commitment = _ed_pack(_ed_times_base(r))
    challenge = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little")
    return commitment + ((r + challenge * scalar) % L25519).to_bytes(32, "little")


# --- ECDSA (SEC 1), nonces by RFC 6979 ---------------------------------------------------------------
class Curve:
    def __init__(self, name, oid, p, gx, gy, n):
        self.name, self.oid, self.p, self.n = name, oid, p, n
        self.size = (p.bit_length() + 7) // 8
        self._g = (gx, gy, 1)
        self._powers = None

    def _add(self, a, b):
        p = self.p
        if a is None or b is None:
            return a or b
        z1, z2 = a[2] * a[2] % p, b[2] * b[2] % p
        u1, u2 = a[0] * z2 % p, b[0] * z1 % p
        s1, s2 = a[1] * z2 * b[2] % p, b[1] * z1 * a[2] % p
        if u1 == u2:
            return self._double(a) if s1 == s2 else None
        h, r = u2 - u1, s2 - s1
        hh = h * h % p
        hhh = h * hh % p
        x = (r * r - hhh - 2 * u1 * hh) % p
        return x, (r * (u1 * hh - x) - s1 * hhh) % p, h * a[2] * b[2] % p

    def _double(self, a):
        p = self.p
        yy = a[1] * a[1] % p
        s = 4 * a[0] * yy % p
        zz = a[2] * a[2] % p
        m = 3 * (a[0] - zz) * (a[0] + zz) % p
        x = (m * m - 2 * s) % p
        return x, (m * (s - x) - 8 * yy * yy) % p, 2 * a[1] * a[2] % p

    def times_base(self, scalar):
        if self._powers is None:
            self._powers = _doublings(self._g, lambda a, _: self._double(a), self.n.bit_length())
        total = None
        for bit in range(scalar.bit_length()):
            if scalar >> bit & 1:
                total = self._add(total, self._powers[bit])
        inverse = pow(total[2], -1, self.p)
        return total[0] * inverse**2 % self.p, total[1] * inverse**3 % self.p

    def public(self, secret):
        x, y = self.times_base(secret)
        return b"\4" + x.to_bytes(self.size, "big") + y.to_bytes(self.size, "big")

    def sign(self, secret, digest, hash_name):
        """(r, s)"""
        bits = self.n.bit_length()
        z = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - bits)
        for k in rfc6979(self.n, secret, z % self.n, hash_name):
            r = self.times_base(k)[0] % self.n
            s = pow(k, -1, self.n) * (z + r * secret) % self.n
            if r and s:
                return r, s


def rfc6979(q, secret, z, hash_name):
    size = (q.bit_length() + 7) // 8
    seed = secret.to_bytes(size, "big") + z.to_bytes(size, "big")
    width = hashlib.new(hash_name).digest_size

    def mac(key, text):
        return hmac.new(key, text, hash_name).digest()

    v, key = b"\1" * width, b"\0" * width
    for mark in b"\0", b"\1":
        key = mac(key, v + mark + seed)
        v = mac(key, v)
    while True:
        text = b""
        while len(text) < size:
            v = mac(key, v)
            text += v
        k = int.from_bytes(text[:size], "big") >> (8 * size - q.bit_length())
        if 0 < k < q:
            yield k
        key = mac(key, v + b"\0")
        v = mac(key, v)


P256 = Curve(
    "nistp256", "1.2.840.10045.3.1.7",
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551)
P384 = Curve(
    "nistp384", "1.3.132.0.34",
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973)
P521 = Curve(
    "nistp521", "1.3.132.0.35",
    2**521 - 1,
    0x00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66,
    0x011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650,
    2**521 - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7)


# --- RSA (RFC 8017) and DSA (FIPS 186-4) ------------------------------------------------------------
# What must be added to the numbers that follow from a seed to make them prime: found once, by trying.
RSA_OFFSETS = {
    "rsa owner": (630, 4),
    "rsa alice": (426, 974),
    "rsa bob": (498, 1652),
    "rsa small": (1110, 424),
    "gpg primary": (434, 222),
    "gpg subkey": (1204, 438),
}
DSA_OFFSETS = {
    "gpg dsa": (142, 3127),
}


def rsa_start(seed, bits):
    return int.from_bytes(stream(seed, bits // 8), "big") | 3 << (bits - 2) | 1


class Rsa:
    E = 65537

    def __init__(self, name, bits=2048):
        self.bits = bits
        p, q = (rsa_start(f"{name} {part}", bits // 2) + RSA_OFFSETS[name][i]
                for i, part in enumerate("pq"))
        self.n = p * q
        self.d = pow(self.E, -1, (p - 1) * (q - 1))
        self.size = bits // 8

    def raw(self, block):
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(self.size, "big")

    def sign_pss(self, digest, hash_name, salt):
        width, size = len(digest), self.size
        hashed = hashlib.new(hash_name, bytes(8) + digest + salt).digest()
        block = bytes(size - width - len(salt) - 2) + b"\1" + salt
        mask = b"".join(hashlib.new(hash_name, hashed + i.to_bytes(4, "big")).digest()
                        for i in range(-(-len(block) // width)))
        masked = bytearray(a ^ b for a, b in zip(block, mask))
        masked[0] &= 0x7F
        return self.raw(bytes(masked) + hashed + b"\xbc")

    DIGEST_INFO = {
        "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
        "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
        "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
        "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
    }

    def sign_pkcs1(self, digest, hash_name):
        info = self.DIGEST_INFO[hash_name] + digest
        return self.raw(b"\0\1" + b"\xff" * (self.size - 3 - len(info)) + b"\0" + info)


def dsa_start(seed, q):
    x = int.from_bytes(stream(seed, 256), "big") | 1 << 2047
    return x - x % (2 * q) + 1


class Dsa:
    def __init__(self, name):
        q_offset, p_offset = DSA_OFFSETS[name]
        self.q = rsa_start(f"{name} q", 256) + q_offset
        self.p = dsa_start(f"{name} p", self.q) + p_offset * 2 * self.q
        self.g = pow(2, (self.p - 1) // self.q, self.p)
        self.x = int.from_bytes(stream(f"{name} x", 40), "big") % (self.q - 1) + 1
        self.y = pow(self.g, self.x, self.p)

    def sign(self, digest, hash_name):
        z = int.from_bytes(digest[:32], "big")
        for k in rfc6979(self.q, self.x, z % self.q, hash_name):
            r = pow(self.g, k, self.p) % self.q
            s = pow(k, -1, self.q) * (z + self.x * r) % self.q
            if r and s:
                return r, s
