#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A registry as the OCI distribution specification 1.1 has it, strict about what it is sent, with the
referrers API, on a free port of the loopback interface; it can be told to fail in many ways.

Faults are lines "KIND [VALUE] [NAME=VALUE]...", given by --fault or in the file ROOT.faults, which is
looked at again whenever it was replaced.  A fault strikes the requests whose method is method= and
whose path has path= (a regular expression) somewhere: all of them, or times= of them after the first
skip= ones.

 before anything is done:
  status CODE [retry-after=TEXT] [code=NAME] [challenge=TEXT]   answers that
  redirect BASE [status=307]      sends the client to BASE with the same path and query (whoever may come in)
  silent SECONDS                  says nothing for so long, then carries on
  raw TEXT                        answers these bytes (C escapes) and hangs up
  hangup                          closes the connection without a word
  swallow BYTES [keep=no]         closes it after so much of the request's body; keep=no: an upload forgets that
  forget                          the upload's session is not there any more
  norange                         sends all of a blob although a part was asked for
  nomount                         starts an ordinary upload instead
  noreferrers                     is a registry without the referrers API (no OCI-Subject, too)
 when all is done, in the answer:
  dropped                         closes the connection instead of answering
  quiet                           leaves OCI-Subject out
  header NAME=VALUE               sets or (empty) leaves out a header
  flip                            changes a byte of the body
  shorter BYTES / longer BYTES    sends another body, with its own honest length
  body TEXT                       sends that
  cut BYTES                       announces all, sends so much, hangs up; of what is sent
  endless [length=BYTES]          sends on and on (in chunks, or with that length)
  slow BYTES                      so many in a second
  gzip / bomb                     sends the body, or a gibibyte of zeros, as Content-Encoding: gzip
"""
import argparse
import base64
import gzip
import hashlib
import http.server
import json
import os
import re
import shlex
import shutil
import socket
import ssl
import threading
import time
import urllib.parse
import uuid
import zlib

options = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
options.add_argument("--root", required=True, help="folder for blobs")
options.add_argument("--fault", action="append", default=[])
options.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
options.add_argument("--client-ca")
options.add_argument("--user", action="append", default=[], help="NAME:PASSWORD")
options.add_argument("--page", type=int, default=100, help="of tags and referrers in one answer")
options.add_argument("--min-chunk", type=int, default=0)
options.add_argument("--want-ranges", action="store_true", help="with each PATCH, as the specification asks")
options.add_argument("--locations", choices=["relative", "absolute", "query"], default="query")
options.add_argument("--no-filter", action="store_true", help="of referrers by their type")
options = options.parse_args()

PIECE = 1 << 16
MANIFEST_MAX = 4 << 20
NAME = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\Z")
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\Z")
DIGEST = re.compile(r"(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")
INDEX = "application/vnd.oci.image.index.v1+json"
KINDS = {
    INDEX: "manifests", "application/vnd.docker.distribution.manifest.list.v2+json": "manifests",
    "application/vnd.oci.image.manifest.v1+json": "layers",
    "application/vnd.docker.distribution.manifest.v2+json": "layers"}
lock = threading.RLock()


class Refused(Exception):
    def __init__(self, status, code, message, **headers):
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


class Gone(Exception):
    """The connection is to be closed."""


class Repository:
    def __init__(self):
        self.blobs, self.manifests, self.tags = set(), {}, {}


repositories = {}
uploads = {}


class Fault:
    def __init__(self, line):
        self.kind, *words = shlex.split(line)
        self.value = words.pop(0) if words and (self.kind in ("header", "raw", "body") or "=" not in words[0]) else ""
        self.more = dict(word.split("=", 1) for word in words)
        self.skip = int(self.more.get("skip", 0))
        self.times = int(self.more.get("times", 1 << 60))

    def strikes(self, method, path):
        if self.more.get("method", method) != method or not re.search(self.more.get("path", ""), path):
            return False
        self.skip, self.times = max(self.skip - 1, -1), self.times - (self.skip <= 0)
        return self.skip < 0 <= self.times


class Faults:
    def __init__(self):
        self.file, self.seen = options.root + ".faults", None
        self.list = [Fault(line) for line in options.fault]

    def of(self, method, path):
        with lock:
            try:
                now = os.stat(self.file)
                if (now.st_ino, now.st_mtime_ns) != self.seen:
                    self.seen = (now.st_ino, now.st_mtime_ns)
                    self.list = [Fault(line) for line in open(self.file) if line.strip()]
            except FileNotFoundError:
                pass
            return [fault for fault in self.list if fault.strikes(method, path)]


faults = Faults()


def blob_path(digest):
    return os.path.join(options.root, digest.replace(":", "/"))


def digest_of(data, like="sha256:"):
    algorithm = like.split(":")[0]
    return algorithm + ":" + hashlib.new(algorithm, data).hexdigest()


def gzip_bomb():
    """A gibibyte of zeros in a mebibyte: one block that can be repeated."""
    zeros, times, checksum = bytes(1 << 20), 1 << 10, 0
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(zeros) + squeeze.flush(zlib.Z_FULL_FLUSH)
    for _ in range(times):
        checksum = zlib.crc32(zeros, checksum)
    end = squeeze.flush()
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block * times + end + \
        checksum.to_bytes(4, "little") + (len(zeros) * times).to_bytes(4, "little")


class Upload:
    def __init__(self, repository):
        self.repository, self.name, self.state, self.ended = repository, uuid.uuid4().hex, 0, False
        self.path = os.path.join(options.root, "upload-" + self.name)
        open(self.path, "wb").close()

    def size(self):
        return os.path.getsize(self.path)

    def range(self):
        return "0-%d" % max(self.size() - 1, 0)


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "strict"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    # --- what is sent ---

    def fault(self, *kinds):
        return next((fault for fault in self.faults if fault.kind in kinds), None)

    def send(self, status, headers=(), body=b"", size=None, pieces=None):
        """size and pieces: of a body that is not held in memory."""
        headers = dict(headers)
        size = len(body) if size is None else size
        pieces = pieces or (lambda: iter([body]))
        head = self.command == "HEAD"
        body_of = [kind for kind in ("flip", "shorter", "longer", "body", "gzip", "bomb") if self.fault(kind)]
        if self.fault("dropped"):
            raise Gone
        if body_of and not head:
            body = self.other_body(body_of[0], b"".join(pieces()), headers)
            size, pieces = len(body), lambda: iter([body])
        if self.fault("quiet", "noreferrers"):
            headers.pop("OCI-Subject", None)
        if self.fault("endless"):
            return self.send_endless(status, headers)
        headers.setdefault("Content-Length", str(size))
        if status == 204:
            headers.pop("Content-Length")
        self.send_head(status, headers)
        if not head and status != 204:
            self.send_body(pieces())

    def send_head(self, status, headers):
        for fault in self.faults:
            if fault.kind == "header":
                name, _, value = fault.value.partition("=")
                headers = {key: was for key, was in headers.items() if key.lower() != name.lower()}
                if value:
                    headers[name] = value
        self.answered = status
        self.send_response_only(status)
        self.send_header("Docker-Distribution-API-Version", "registry/2.0")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def other_body(self, kind, body, headers):
        fault = self.fault(kind)
        if kind == "flip":
            body = body[:-2] + bytes([body[-2] ^ 1]) + body[-1:] if len(body) > 1 else b"?"
        elif kind == "shorter":
            body = body[:-int(fault.value)]
        elif kind == "longer":
            body += b" " * int(fault.value)
        elif kind == "body":
            body = fault.value.encode()
        else:
            headers["Content-Encoding"] = "gzip"
            body = gzip_bomb() if kind == "bomb" else gzip.compress(body)
        return body

    def send_endless(self, status, headers):
        length = self.fault("endless").more.get("length")
        headers.update({"Content-Length": length} if length else {"Transfer-Encoding": "chunked"})
        self.send_head(status, headers)
        piece = b"x" * PIECE
        while True:
            self.wfile.write(piece if length else b"%x\r\n%s\r\n" % (len(piece), piece))

    def send_body(self, pieces):
        cut, slow = self.fault("cut"), self.fault("slow")
        left = int(cut.value) if cut else None
        for piece in pieces:
            if slow:
                for start in range(0, len(piece), int(slow.value)):
                    self.wfile.write(piece[start:start + int(slow.value)])
                    self.wfile.flush()
                    time.sleep(1)
                continue
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            self.wfile.write(piece)
            if left == 0:
                break
        if cut:
            raise Gone

    def refuse(self, refused):
        body = json.dumps({"errors": [{"code": refused.code, "message": refused.message, "detail": None}]}).encode()
        headers = {"Content-Type": "application/json"}
        headers.update({name.replace("_", "-"): value for name, value in refused.headers.items()})
        if self.body_left or self.chunked:
            headers["Connection"] = "close"
            self.close_connection = True
        self.send(refused.status, headers, body)

    # --- what comes ---

    def read_chunk_sizes(self):
        """Of Transfer-Encoding: chunked; the reader takes each chunk before it asks for the next."""
        while True:
            size = int(self.rfile.readline(100).split(b";")[0], 16)
            if size:
                yield size
            self.rfile.readline(100)
            if not size:
                return

    def read_pieces(self):
        swallow = self.fault("swallow")
        most = int(swallow.value) if swallow else None
        for size in self.read_chunk_sizes() if self.chunked else [self.body_left]:
            self.body_left = size
            while self.body_left:
                want = min(PIECE, self.body_left, PIECE if most is None else most)
                piece = self.rfile.read(want) if want else b""
                if piece:
                    self.body_left -= len(piece)
                    yield piece
                if most is not None:
                    most -= len(piece)
                if not piece or most == 0:
                    raise Gone
        self.chunked = False

    def read_all(self, most):
        data = b""
        for piece in self.read_pieces():
            data += piece
            if len(data) > most:
                raise Refused(413, "SIZE_INVALID", "too long")
        return data

    def body_begins(self):
        length = self.headers.get("Content-Length")
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.chunked = True
        elif length is None and self.command in ("POST", "PUT", "PATCH"):
            raise Refused(411, "SIZE_INVALID", "want a Content-Length")
        self.body_left = int(length or 0)

    # --- who comes ---

    def check_user(self):
        if not options.user:
            return
        header = self.headers.get("Authorization", "")
        if header.startswith("Basic ") and base64.b64decode(header[6:]).decode() in options.user:
            return
        raise Refused(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate='Basic realm="tests"')

    def run(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = {name: values[-1] for name, values in urllib.parse.parse_qs(url.query, True).items()}
        self.where, self.answered, self.body_left, self.chunked = urllib.parse.unquote(url.path), 0, 0, False
        self.faults = faults.of(self.command, self.path)
        try:
            self.body_begins()
            self.struck()
            self.check_user()
            redirect = self.fault("redirect")
            if redirect:
                raise Refused(int(redirect.more.get("status", 307)), "UNKNOWN", "elsewhere",
                              Location=redirect.value + self.path)
            self.route()
        except Refused as refused:
            try:
                self.refuse(refused)
            except (Gone, OSError):
                self.hang_up()
        except (Gone, OSError):
            self.hang_up()
        self.log(url)

    def hang_up(self):
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except (OSError, ValueError):
            pass

    def log(self, url):
        print('%s - - [%s] "%s %s %s" %d %s auth=%s%s' % (
            self.client_address[0], time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()), self.command, self.path,
            self.request_version, self.answered, self.headers.get("Content-Length", "-"),
            "yes" if "Authorization" in self.headers else "no",
            "".join(" fault=" + fault.kind for fault in self.faults)), flush=True)

    def struck(self):
        for fault in self.faults:
            if fault.kind == "status":
                headers = {}
                if "retry-after" in fault.more:
                    headers["Retry_After"] = fault.more["retry-after"]
                if "challenge" in fault.more:
                    headers["WWW_Authenticate"] = fault.more["challenge"]
                raise Refused(int(fault.value), fault.more.get("code", "UNKNOWN"), "told to say so", **headers)
            if fault.kind == "silent":
                time.sleep(float(fault.value))
            elif fault.kind == "raw":
                self.wfile.write(fault.value.encode().decode("unicode_escape").encode("latin-1"))
                raise Gone
            elif fault.kind == "hangup":
                raise Gone

    # --- where to ---

    def route(self):
        if self.where in ("/v2", "/v2/"):
            return self.send(200, {"Content-Type": "application/json"}, b"{}")
        for pattern, do in (
                (r"/v2/(?P<name>.+)/manifests/(?P<what>[^/]+)", self.manifests),
                (r"/v2/(?P<name>.+)/blobs/uploads/(?P<what>[^/]*)", self.uploads),
                (r"/v2/(?P<name>.+)/blobs/(?P<what>[^/]+)", self.blobs),
                (r"/v2/(?P<name>.+)/tags/(?P<what>list)", self.tags),
                (r"/v2/(?P<name>.+)/referrers/(?P<what>[^/]+)", self.referrers)):
            found = re.fullmatch(pattern, self.where)
            if found:
                return do(found["name"], found["what"])
        raise Refused(404, "UNSUPPORTED", "no such endpoint")

    def repository(self, name, make=False):
        if not NAME.match(name) or len(name) > 255:
            raise Refused(400, "NAME_INVALID", "invalid repository name")
        with lock:
            if make:
                return repositories.setdefault(name, Repository())
            if name not in repositories:
                raise Refused(404, "NAME_UNKNOWN", "repository name not known to registry")
            return repositories[name]

    def only(self, *methods):
        if self.command not in methods:
            raise Refused(405, "UNSUPPORTED", "the operation is unsupported", Allow=", ".join(methods))

    # --- manifests ---

    def manifests(self, name, what):
        self.only("GET", "HEAD", "PUT", "DELETE")
        if not (DIGEST.match(what) or TAG.match(what)):
            raise Refused(400, "DIGEST_INVALID" if ":" in what else "TAG_INVALID", "neither a tag nor a digest")
        if self.command == "PUT":
            return self.put_manifest(self.repository(name, True), name, what)
        repository = self.repository(name)
        with lock:
            digest = what if ":" in what else repository.tags.get(what)
            found = repository.manifests.get(digest)
            if not found:
                raise Refused(404, "MANIFEST_UNKNOWN", "manifest unknown")
            if self.command == "DELETE":
                if ":" in what:
                    del repository.manifests[digest]
                    for tag in [tag for tag, at in repository.tags.items() if at == digest]:
                        del repository.tags[tag]
                else:
                    del repository.tags[what]
        if self.command == "DELETE":
            return self.send(202)
        accept = self.headers.get_all("Accept")
        if accept and found[0] not in re.split(r"[,\s]+", ",".join(accept)) and "*/*" not in accept:
            raise Refused(404, "MANIFEST_UNKNOWN", "not in a form that is accepted")
        headers = {"Content-Type": found[0], "Docker-Content-Digest": digest, "ETag": '"%s"' % digest}
        return self.send(200, headers, found[1])

    def put_manifest(self, repository, name, what):
        data = self.read_all(MANIFEST_MAX)
        kind = self.headers.get("Content-Type", "")
        if kind not in KINDS:
            raise Refused(400, "MANIFEST_INVALID", "unknown media type")
        try:
            body = json.loads(data)
        except ValueError:
            raise Refused(400, "MANIFEST_INVALID", "no JSON") from None
        self.check_manifest(repository, kind, body)
        digest = digest_of(data, what if ":" in what else "sha256:")
        if ":" in what and what != digest:
            raise Refused(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        with lock:
            repository.manifests[digest] = (kind, data, body)
            if ":" not in what:
                repository.tags[what] = digest
        headers = {"Location": "/v2/%s/manifests/%s" % (name, digest), "Docker-Content-Digest": digest}
        if isinstance(body.get("subject"), dict):
            headers["OCI-Subject"] = body["subject"]["digest"]
        return self.send(201, headers)

    def check_manifest(self, repository, kind, body):
        if not isinstance(body, dict) or body.get("schemaVersion") != 2 or body.get("mediaType", kind) != kind:
            raise Refused(400, "MANIFEST_INVALID", "schemaVersion or mediaType")
        if not isinstance(body.get(KINDS[kind]), list):
            raise Refused(400, "MANIFEST_INVALID", "want " + KINDS[kind])
        named = body[KINDS[kind]] + ([body.get("config")] if KINDS[kind] == "layers" else [])
        for one in named + ([body["subject"]] if "subject" in body else []):
            if not isinstance(one, dict) or not DIGEST.match(str(one.get("digest"))) or \
                    not isinstance(one.get("size"), int) or not one.get("mediaType"):
                raise Refused(400, "MANIFEST_INVALID", "a descriptor")
        with lock:
            for one in named:
                held = repository.manifests if KINDS[kind] == "manifests" else repository.blobs
                if one["digest"] not in held:
                    raise Refused(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
                size = len(held[one["digest"]][1]) if held is repository.manifests else os.path.getsize(blob_path(one["digest"]))
                if size != one["size"]:
                    raise Refused(400, "SIZE_INVALID", "provided length did not match content length")

    # --- blobs ---

    def blobs(self, name, digest):
        self.only("GET", "HEAD", "DELETE")
        repository = self.repository(name)
        if not DIGEST.match(digest):
            raise Refused(400, "DIGEST_INVALID", "no digest")
        with lock:
            if digest not in repository.blobs:
                raise Refused(404, "BLOB_UNKNOWN", "blob unknown to registry")
            if self.command == "DELETE":
                repository.blobs.remove(digest)
        if self.command == "DELETE":
            return self.send(202)
        size = os.path.getsize(blob_path(digest))
        start, end, status = 0, size, 200
        headers = {"Content-Type": "application/octet-stream", "Docker-Content-Digest": digest, "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and not self.fault("norange"):
            start, end = int(wanted[1]), min(int(wanted[2]) + 1 if wanted[2] else size, size)
            if start >= end:
                raise Refused(416, "SIZE_INVALID", "no such range", Content_Range="bytes */%d" % size)
            status = 206
            headers["Content-Range"] = "bytes %d-%d/%d" % (start, end - 1, size)
        return self.send(status, headers, size=end - start, pieces=lambda: self.file_pieces(digest, start, end))

    @staticmethod
    def file_pieces(digest, start, end):
        with open(blob_path(digest), "rb") as file:
            file.seek(start)
            while start < end:
                piece = file.read(min(PIECE, end - start))
                start += len(piece)
                yield piece

    # --- uploads ---

    def uploads(self, name, what):
        if not what:
            self.only("POST")
            return self.start_upload(name)
        self.only("GET", "PATCH", "PUT", "DELETE")
        with lock:
            upload = uploads.get(what)
            if not upload or upload.repository != name or self.fault("forget"):
                if upload:
                    self.end_upload(upload)
                raise Refused(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        if self.command == "GET":
            return self.send(204, self.progress(upload))
        if options.locations == "query" and self.query.get("state") != str(upload.state):
            raise Refused(400, "BLOB_UPLOAD_INVALID", "an old Location")
        if self.command == "DELETE":
            self.end_upload(upload)
            return self.send(204)
        if self.command == "PATCH":
            return self.patch(upload)
        return self.finish(upload)

    def start_upload(self, name):
        repository = self.repository(name, True)
        mount = self.query.get("mount")
        if mount and not self.fault("nomount"):
            other = repositories.get(self.query.get("from"))
            if other and mount in other.blobs:
                with lock:
                    repository.blobs.add(mount)
                return self.send_made(name, mount)
        upload = Upload(name)
        with lock:
            uploads[upload.name] = upload
        if "digest" in self.query:
            return self.finish(upload)
        list(self.read_pieces())
        return self.send(202, self.progress(upload))

    def progress(self, upload):
        where = "/v2/%s/blobs/uploads/%s" % (upload.repository, upload.name)
        if options.locations == "absolute":
            where = "http%s://%s%s" % ("s" if options.tls else "", self.headers["Host"], where)
        if options.locations == "query":
            where += "?state=%d&x=a%%2Fb" % upload.state
        headers = {"Location": where, "Range": upload.range(), "Docker-Upload-UUID": upload.name, "Content-Length": "0"}
        if options.min_chunk:
            headers["OCI-Chunk-Min-Length"] = str(options.min_chunk)
        return headers

    def append(self, upload):
        if (self.body_left or self.chunked) and self.headers.get("Content-Type") != "application/octet-stream":
            raise Refused(400, "BLOB_UPLOAD_INVALID", "want Content-Type application/octet-stream")
        before, swallow = upload.size(), self.fault("swallow")
        with open(upload.path, "ab") as file:
            try:
                for piece in self.read_pieces():
                    file.write(piece)
            except Gone:
                if swallow and swallow.more.get("keep") == "no":
                    file.truncate(before)
                raise

    def check_range(self, upload, needed):
        wanted = self.headers.get("Content-Range")
        if wanted is None and not needed:
            return
        found = re.fullmatch(r"(\d+)-(\d+)", wanted or "")
        if not found or int(found[1]) != upload.size() or int(found[2]) - int(found[1]) + 1 != self.body_left:
            raise Refused(416, "BLOB_UPLOAD_INVALID", "Content-Range", **self.progress(upload))

    def patch(self, upload):
        self.check_range(upload, options.want_ranges)
        if upload.ended:
            raise Refused(416, "BLOB_UPLOAD_INVALID", "a short chunk was said to be the last", **self.progress(upload))
        upload.ended = not self.chunked and self.body_left < options.min_chunk
        self.append(upload)
        upload.state += 1
        return self.send(202, self.progress(upload))

    def finish(self, upload):
        digest = self.query.get("digest", "")
        if not DIGEST.match(digest):
            raise Refused(400, "DIGEST_INVALID", "no digest")
        self.check_range(upload, False)
        self.append(upload)
        hashed = hashlib.new(digest.split(":")[0])
        with open(upload.path, "rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                hashed.update(piece)
        if hashed.hexdigest() != digest.split(":")[1]:
            self.end_upload(upload)
            raise Refused(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        os.makedirs(os.path.dirname(blob_path(digest)), exist_ok=True)
        with lock:
            os.replace(upload.path, blob_path(digest))
            uploads.pop(upload.name, None)
            self.repository(upload.repository, True).blobs.add(digest)
        return self.send_made(upload.repository, digest)

    @staticmethod
    def end_upload(upload):
        with lock:
            uploads.pop(upload.name, None)
        os.unlink(upload.path)

    def send_made(self, name, digest):
        list(self.read_pieces())
        return self.send(201, {"Location": "/v2/%s/blobs/%s" % (name, digest), "Docker-Content-Digest": digest})

    # --- lists ---

    def page(self, names, size, next_url):
        """names that come after last=, at most size; and the header that leads to the next."""
        start = self.query.get("last")
        rest = [name for name in names if start is None or name > start]
        headers = {}
        if len(rest) > size:
            headers["Link"] = '<%s>; rel="next"' % (next_url % urllib.parse.quote(rest[size - 1], ""))
        return rest[:size], headers

    def tags(self, name, _):
        self.only("GET")
        repository = self.repository(name)
        size = min(int(self.query.get("n", options.page)), options.page)
        with lock:
            names, headers = self.page(sorted(repository.tags), size, "/v2/%s/tags/list?n=%d&last=%%s" % (name, size))
        headers["Content-Type"] = "application/json"
        return self.send(200, headers, json.dumps({"name": name, "tags": names}).encode())

    def referrers(self, name, digest):
        self.only("GET")
        if self.fault("noreferrers"):
            raise Refused(404, "UNSUPPORTED", "no such endpoint")
        if not DIGEST.match(digest):
            raise Refused(400, "DIGEST_INVALID", "no digest")
        repository = repositories.get(name, Repository())
        found, wanted = {}, None if options.no_filter else self.query.get("artifactType")
        with lock:
            for one, (kind, data, body) in repository.manifests.items():
                if not isinstance(body.get("subject"), dict) or body["subject"]["digest"] != digest:
                    continue
                entry = {"mediaType": kind, "digest": one, "size": len(data)}
                what = body.get("artifactType") or body.get("config", {}).get("mediaType")
                if what:
                    entry["artifactType"] = what
                if "annotations" in body:
                    entry["annotations"] = body["annotations"]
                if wanted is None or wanted == what:
                    found[one] = entry
        rest = "/v2/%s/referrers/%s?last=%%s" % (name, digest)
        if wanted:
            rest += "&artifactType=" + urllib.parse.quote(wanted, "").replace("%", "%%")
        names, headers = self.page(sorted(found), options.page, rest)
        headers["Content-Type"] = INDEX
        if wanted:
            headers["OCI-Filters-Applied"] = "artifactType"
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [found[one] for one in names]}
        return self.send(200, headers, json.dumps(index).encode())

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = run


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that hangs up is no news."""


class TlsListener(Listener):
    def finish_request(self, request, client_address):
        request = context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)


shutil.rmtree(options.root, ignore_errors=True)
os.makedirs(options.root)
server = (TlsListener if options.tls else Listener)(("127.0.0.1", 0), Server)
if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*options.tls)
    if options.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(options.client_ca)
print("listening on 127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
