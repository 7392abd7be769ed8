#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A proxy on a free port of the loopback interface: for http by whole addresses, for https by CONNECT.
It prints a line for each request: method, address, and whether it saw who asks.  --want NAME:PASSWORD
lets only that one through."""
import base64
import http.client
import http.server
import select
import socket
import sys
import urllib.parse

want = sys.argv[2] if sys.argv[1:2] == ["--want"] else None


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def may(self):
        print(self.command, self.path, "auth=" + ("yes" if "Authorization" in self.headers else "no"), flush=True)
        said = self.headers.get("Proxy-Authorization", "")
        if want is None or said == "Basic " + base64.b64encode(want.encode()).decode():
            return True
        self.send_response(407)
        self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def do_CONNECT(self):
        if not self.may():
            return
        host, port = self.path.rsplit(":", 1)
        there = socket.create_connection((host, int(port)))
        self.send_response(200)
        self.end_headers()
        ends = {self.connection: there, there: self.connection}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                data = end.recv(1 << 16)
                if not data:
                    there.close()
                    self.close_connection = True
                    return
                ends[end].sendall(data)

    def do_GET(self):
        if not self.may():
            return
        url = urllib.parse.urlsplit(self.path)
        there = http.client.HTTPConnection(url.netloc)
        there.request(self.command, url.path + ("?" + url.query if url.query else ""),
                      headers={name: value for name, value in self.headers.items() if not name.startswith("Proxy-")})
        answer = there.getresponse()
        body = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name not in ("Content-Length", "Transfer-Encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
server.daemon_threads = True
print("listening on 127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
