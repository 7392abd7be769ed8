#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server of tokens for a registry that wants them (distribution: "token authentication"), on a
free port of the loopback interface.  It signs by the openssl program (RS256 with x5c)."""
import argparse
import base64
import http.server
import json
import ssl
import subprocess
import sys
import time
import urllib.parse

options = argparse.ArgumentParser()
options.add_argument("--key", required=True)
options.add_argument("--cert", required=True)
options.add_argument("--issuer", default="tests")
options.add_argument("--user", action="append", default=[], help="NAME:PASSWORD:ACTION[,ACTION]")
options.add_argument("--anonymous", default="", help="ACTION[,ACTION]")
options.add_argument("--seconds", type=int, default=300)
options.add_argument("--tls", nargs=2)
options = options.parse_args()

users = {}
for user in options.user:
    name, password, actions = user.split(":")
    users[name] = (password, set(actions.split(",")))
anonymous = set(filter(None, options.anonymous.split(",")))
IDENTITY = "identity-of-"  # the refresh token of a user


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims):
    pem = open(options.cert).read().split("-----")[2]
    header = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(pem.split())]}
    body = text(json.dumps(header).encode()) + "." + text(json.dumps(claims).encode())
    made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", options.key], input=body.encode(),
                          stdout=subprocess.PIPE, check=True).stdout
    return body + "." + text(made)


def grant(name, allowed, service, scopes):
    access = {}
    for scope in " ".join(scopes).split():
        kind, rest = scope.split(":", 1)
        resource, actions = rest.rsplit(":", 1)
        access.setdefault((kind, resource), set()).update(set(actions.split(",")) & allowed)
    now = int(time.time())
    return sign({
        "iss": options.issuer, "sub": name, "aud": service, "nbf": now - 10, "iat": now,
        "exp": now + options.seconds, "jti": str(time.time_ns()),
        "access": [{"type": kind, "name": resource, "actions": sorted(actions)}
                   for (kind, resource), actions in access.items()]})


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="tokens"')
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, why):
        self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": why}], "details": why})

    def who(self):
        """The user and what he may do; None when he is not who he says."""
        header = self.headers.get("Authorization", "")
        if not header:
            return "", anonymous
        if not header.startswith("Basic "):
            return None
        name, _, password = base64.b64decode(header[6:]).decode().partition(":")
        if name not in users or users[name][0] != password:
            return None
        return name, users[name][1]

    def give(self, name, allowed, query):
        token = grant(name, allowed, query.get("service", [""])[0], query.get("scope", []))
        answer = {"token": token, "access_token": token, "expires_in": options.seconds,
                  "issued_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        if name and (query.get("offline_token") == ["true"] or query.get("access_type") == ["offline"]):
            answer["refresh_token"] = IDENTITY + name
        self.answer(200, answer)

    def do_GET(self):
        who = self.who()
        if not who:
            return self.refuse("incorrect user name or password")
        return self.give(*who, urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query))

    def do_POST(self):
        form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        query = urllib.parse.parse_qs(form)
        if query.get("grant_type") == ["password"]:
            name = query.get("username", [""])[0]
            if name not in users or users[name][0] != query.get("password", [""])[0]:
                return self.refuse("incorrect user name or password")
            return self.give(name, users[name][1], query)
        name = query.get("refresh_token", [""])[0].replace(IDENTITY, "", 1)
        if query.get("grant_type") != ["refresh_token"] or name not in users:
            return self.refuse("unknown refresh token")
        return self.give(name, users[name][1], query)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
server.daemon_threads = True
if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*options.tls)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("listening on 127.0.0.1:%d" % server.server_port, flush=True)
sys.stderr.flush()
server.serve_forever()
