#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys and tokens as CI systems issue them, and a server on loopback that hands them out.

	tokens.py keys FOLDER                    keys and FOLDER/jwks.json
	tokens.py token FOLDER KIND [CLAIM=JSON…] a token on standard output (KIND: see kinds)
	tokens.py answer FOLDER                  the same for each line of standard input, words apart by tabs
	tokens.py serve FOLDER PORTFILE          /jwks, /token?audience=…, /azure, /moved, /big, /missing
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

CURVES = {"ES256": (ec.SECP256R1(), "P-256", 32, hashes.SHA256()),
          "ES384": (ec.SECP384R1(), "P-384", 48, hashes.SHA384()),
          "ES512": (ec.SECP521R1(), "P-521", 66, hashes.SHA512())}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def save(folder, name, key):
    with open(f"{folder}/{name}.pem", "wb") as out:
        out.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                    serialization.NoEncryption()))


def load(folder, name):
    with open(f"{folder}/{name}.pem", "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def rsa_jwk(key, kid, **more):
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "kid": kid, "use": "sig", "n": number(public.n), "e": number(public.e), **more}


def make_keys(folder):
    os.makedirs(folder, exist_ok=True)
    keys = []
    for name, bits in (("rsa", 2048), ("small", 1024)):
        key = rsa.generate_private_key(65537, bits)
        save(folder, name, key)
        keys.append(rsa_jwk(key, name))
    for name, (curve, label, size, _) in CURVES.items():
        key = ec.generate_private_key(curve)
        save(folder, name, key)
        public = key.public_key().public_numbers()
        keys.append({"kty": "EC", "kid": name, "crv": label, "alg": name,
                     "x": number(public.x, size), "y": number(public.y, size)})
    key = ed25519.Ed25519PrivateKey.generate()
    save(folder, "EdDSA", key)
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    keys.append({"kty": "OKP", "kid": "EdDSA", "crv": "Ed25519", "x": b64(raw)})
    keys.append({"kty": "oct", "kid": "shared", "k": b64(b"a secret that everybody knows")})
    keys.append({**rsa_jwk(load(folder, "rsa"), "encrypts"), "use": "enc"})
    keys.append({**keys[2], "kid": "off", "y": keys[2]["x"]})
    with open(f"{folder}/jwks.json", "w") as out:
        json.dump({"keys": keys}, out)
    with open(f"{folder}/one.json", "w") as out:
        json.dump({"keys": [{k: v for k, v in keys[0].items() if k != "kid"}]}, out)


def sign(folder, alg, name, data):
    if alg in CURVES:
        _, _, size, digest = CURVES[alg]
        r, s = utils.decode_dss_signature(load(folder, name).sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if alg == "EdDSA":
        return load(folder, name).sign(data)
    digest = HASHES[alg[2:]]
    if alg[:2] == "PS":
        return load(folder, name).sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return load(folder, name).sign(data, padding.PKCS1v15(), digest)


def token(folder, kind, claims):
    now = int(time.time())
    body = {"iss": "https://token.actions.githubusercontent.com", "aud": "intoto", "iat": now, "nbf": now,
            "exp": now + 300, "sub": "repo:acme/app:ref:refs/heads/main", "repository": "acme/app",
            "run_id": "77", "access_token": "hidden-claim", "inner": {"refresh_token": "hidden-inner", "kept": 1}}
    for name, value in claims.items():
        if value is None:
            body.pop(name, None)
        else:
            body[name] = value
    header = {"alg": kind, "kid": kind if kind in CURVES or kind == "EdDSA" else "rsa", "typ": "JWT"}
    key = header["kid"]
    if kind == "none":
        header = {"alg": "none"}
    elif kind == "HS256":  # signed with the public key as secret: the classic confusion
        header = {"alg": "HS256", "kid": "rsa"}
    elif kind == "HS256-oct":
        header = {"alg": "HS256", "kid": "shared"}
    elif kind in ("otherkid", "off", "encrypts", "small"):
        header = {"alg": "ES256" if kind == "off" else "RS256", "kid": kind}
        key = "ES256" if kind == "off" else "small" if kind == "small" else "rsa"
    elif kind == "nokid":
        header, key = {"alg": "RS256"}, "rsa"
    elif kind == "crit":
        header, key = {"alg": "RS256", "kid": "rsa", "crit": ["exp"]}, "rsa"
    elif kind == "wrongkey":
        header, key = {"alg": "ES256", "kid": "ES256"}, "other"
        save(folder, "other", ec.generate_private_key(ec.SECP256R1()))
    elif kind == "swapped":  # an ES256 key called for by an RSA name
        header, key = {"alg": "RS256", "kid": "ES256"}, "rsa"
    elif kind in ("changed", "twice", "der"):
        header, key = {"alg": "ES256", "kid": "ES256"}, "ES256"
    text = json.dumps(body)
    if kind == "twice":
        text = text[:-1] + ', "sub": "somebody else"}'
    data = b64(json.dumps(header).encode()) + "." + b64(text.encode())
    alg = header["alg"]
    if alg == "none":
        return data + "."
    if alg == "HS256":
        with open(f"{folder}/jwks.json", "rb") as file:
            secret = file.read() if kind == "HS256" else b"a secret that everybody knows"
        return data + "." + b64(hmac.new(secret, data.encode(), hashlib.sha256).digest())
    signature = sign(folder, alg, key, data.encode())
    if kind == "changed":
        body["repository"] = "evil/app"
        data = data.split(".")[0] + "." + b64(json.dumps(body).encode())
    if kind == "der":
        signature = load(folder, key).sign(data.encode(), ec.ECDSA(hashes.SHA256()))
    return data + "." + b64(signature)


class Handler(http.server.BaseHTTPRequestHandler):
    folder = ""

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query)
        if parts.path == "/jwks":
            with open(f"{self.folder}/jwks.json", "rb") as file:
                return self.answer(200, file.read())
        if parts.path == "/token":
            if self.headers.get("Authorization") != "Bearer request-secret":
                return self.answer(401, b"no")
            made = token(self.folder, "ES256", {"aud": query["audience"][0]})
            return self.answer(200, json.dumps({"count": 1, "value": made}).encode())
        if parts.path == "/moved":
            return self.answer(302, b"", [("Location", "/jwks")])
        if parts.path == "/big":
            return self.answer(200, b" " * (2 << 20))
        return self.answer(404, b"no")

    def do_POST(self):
        if urllib.parse.urlsplit(self.path).path != "/azure" or \
                self.headers.get("Authorization") != "Bearer request-secret":
            return self.answer(401, b"no")
        made = token(self.folder, "RS256", {"iss": "https://vstoken.example"})
        return self.answer(200, json.dumps({"oidcToken": made}).encode())


def serve(folder, port_file):
    Handler.folder = folder
    http.server.ThreadingHTTPServer.handle_error = lambda *_: None  # who asks may hang up
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(port_file + ".new", "w") as out:
        out.write(str(server.server_port))
    os.rename(port_file + ".new", port_file)
    server.serve_forever()


def token_of(folder, words):
    claims = {name: json.loads(value) for name, value in (word.split("=", 1) for word in words[1:])}
    return token(folder, words[0], claims)


def main():
    if sys.argv[1] == "keys":
        make_keys(sys.argv[2])
    elif sys.argv[1] == "token":
        print(token_of(sys.argv[2], sys.argv[3:]))
    elif sys.argv[1] == "answer":
        for line in sys.stdin:
            print(token_of(sys.argv[2], line.rstrip("\n").split("\t")), flush=True)
    else:
        serve(sys.argv[2], sys.argv[3])


main()
