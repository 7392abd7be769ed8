# SPDX-License-Identifier: Apache-2.0
"""X.509 certificates (RFC 5280) with fixed serial numbers and dates."""
import hashlib

from .keys import DER_NULL, Ecdsa, Ed25519, Rsa, der, der_int, der_oid, der_seq, pem

FROM, UNTIL = "20200101000000Z", "20991231235959Z"
USAGE_SIGN, USAGE_ISSUE = b"\3\2\7\x80", b"\3\2\1\6"
SERVER, CLIENT, CODE, TIMESTAMPS = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8"


def time(text):
    # RFC 5280 4.1.2.5: two-digit years up to 2049
    return der(0x17, text[2:].encode()) if text < "2050" else der(0x18, text.encode())


def name(common=None, organization=None):
    out = b""
    for oid, text in ("2.5.4.10", organization), ("2.5.4.3", common):
        if text is not None:
            out += der(0x31, der_seq(der_oid(oid), der(0x0C, text.encode())))
    return der_seq(out)


def extension(oid, value, critical=False):
    return der_seq(der_oid(oid), b"\1\1\xff" if critical else b"", der(4, value))


def alternative_names(uris=(), dns=(), emails=()):
    return der_seq(*(der(tag, text.encode()) for tag, texts in ((0x86, uris), (0x82, dns), (0x81, emails)) for text in texts))


def sign(key, data):
    """(algorithm, signature)"""
    if isinstance(key, Ed25519):
        return der_seq(der_oid("1.3.101.112")), key.sign(data)
    if isinstance(key, Rsa):
        algorithm = der_seq(der_oid("1.2.840.113549.1.1.11"), DER_NULL)
        return algorithm, key.key.sign_pkcs1(hashlib.sha256(data).digest(), "sha256")
    arc = {"sha256": 2, "sha384": 3, "sha512": 4}[key.hash]
    return der_seq(der_oid(f"1.2.840.10045.4.3.{arc}")), key.sign(data)


class Certificate:
    """issuer: another Certificate; None: it signs itself."""

    def __init__(self, key, issuer=None, common=None, organization=None, uris=(), dns=(), emails=(), ca=False,
                 begin=FROM, end=UNTIL, purposes=(SERVER, CLIENT), usage=None, more=(), path_length=None,
                 purposes_critical=False):
        self.key = key
        self.subject = name(common, organization)
        above = issuer or self
        self.issuer = above.subject
        constraints = b"\1\1\xff" + (der_int(path_length) if path_length is not None else b"") if ca else b""
        extensions = [extension("2.5.29.19", der_seq(constraints), True),
                      extension("2.5.29.15", usage or (USAGE_ISSUE if ca else USAGE_SIGN), True)]
        if purposes and not ca:
            extensions.append(extension("2.5.29.37", der_seq(*map(der_oid, purposes)), purposes_critical))
        if uris or dns or emails:
            extensions.append(extension("2.5.29.17", alternative_names(uris, dns, emails)))
        extensions.append(extension("2.5.29.14", der(4, hashlib.sha1(key.spki()).digest())))
        extensions.append(extension("2.5.29.35", der_seq(der(0x80, hashlib.sha1(above.key.spki()).digest()))))
        extensions += more
        self.serial = int.from_bytes(hashlib.sha256(repr((key.name, common, uris, begin, end)).encode()).digest()[:8], "big") >> 1
        algorithm, _ = sign(above.key, b"")
        body = der_seq(der(0xA0, der_int(2)), der_int(self.serial), algorithm, above.subject, der_seq(time(begin), time(end)),
                       self.subject, key.spki(), der(0xA3, der_seq(*extensions)))
        algorithm, signature = sign(above.key, body)
        self.der = der_seq(body, algorithm, der(3, b"\0" + signature))

    def pem(self):
        return pem("CERTIFICATE", self.der)

    def entry(self):
        """as rootcas and intermediatecas have it"""
        return {
            "keyid": self.key.keyid(),
            "keyid_hash_algorithms": ["sha256", "sha512"],
            "keytype": self.key.keytype,
            "scheme": self.key.scheme,
            "keyval": {"public": "", "certificate": self.pem()},
        }


def root(who, **more):
    return Certificate(Ecdsa(f"root {who}"), common=f"root {who}", organization="example", ca=True, **more)


# --- timestamps (RFC 3161, in CMS: RFC 5652) --------------------------------------------------------
SHA256 = der_seq(der_oid("2.16.840.1.101.3.4.2.1"))
TST_INFO = der_oid("1.2.840.113549.1.9.16.1.4")


def timestamp(tsa, data, when):
    """A token: the authority tsa says that data was there at that time, 20210601000000Z."""
    info = der_seq(der_int(1), der_oid("1.3.6.1.4.1.57264.2"), der_seq(SHA256, der(4, hashlib.sha256(data).digest())),
                   der_int(1), der(0x18, when.encode()))

    def attribute(oid, value):
        return der_seq(der_oid(oid), der(0x31, value))

    attributes = b"".join(sorted([
        attribute("1.2.840.113549.1.9.3", TST_INFO),
        attribute("1.2.840.113549.1.9.4", der(4, hashlib.sha256(info).digest())),
        attribute("1.2.840.113549.1.9.16.2.47", der_seq(der_seq(der_seq(der(4, hashlib.sha256(tsa.der).digest()))))),
    ]))
    algorithm, signature = sign(tsa.key, der(0x31, attributes))
    signer = der_seq(der_int(1), der_seq(tsa.issuer, der_int(tsa.serial)), SHA256, der(0xA0, attributes), algorithm, der(4, signature))
    signed = der_seq(der_int(3), der(0x31, SHA256), der_seq(TST_INFO, der(0xA0, der(4, info))), der(0xA0, tsa.der), der(0x31, signer))
    return der_seq(der_oid("1.2.840.113549.1.7.2"), der(0xA0, signed))
