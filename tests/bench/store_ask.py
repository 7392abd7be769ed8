#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a store what it holds, many times, and says how long it took at the median.

usage: store_ask.py INTOTO STORE URL COUNT SUBJECTS

The store holds COUNT attestations of statements.c.  Each question is another one, of entries from everywhere; each
answer is looked at: one that is wrong ends this.  Prints "WHAT MILLISECONDS" a line.
"""

import hashlib
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.parse

ROUNDS = 300


def digest(number, subject):
    return hashlib.sha256(b"subject %d %d" % (number, subject)).hexdigest()


def main():
    program, store, url, count, subjects = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    chance = random.Random(count)
    server = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
    null = os.open(os.devnull, os.O_WRONLY)

    def ask(path):
        server.request("GET", path)
        answer = server.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:200])
        return body

    def run(*words):
        """Without a pipe, as a shell would: what is printed was looked at before."""
        pid = os.posix_spawn(program, [program, "store", *words], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
        assert os.waitpid(pid, 0)[1] == 0

    def any_entry():
        return chance.randrange(count)

    def one_digest():
        return digest(any_entry(), chance.randrange(subjects))

    def search(path):
        number = any_entry()
        rows = json.loads(ask(path % digest(number, chance.randrange(subjects))))
        rows = rows["entries"] if isinstance(rows, dict) and "entries" in rows else rows
        assert '"number":%d' % number in json.dumps(rows, separators=(",", ":")), (number, rows)

    def absent():
        ask("/v1/search?digest=sha256:%s" % hashlib.sha256(b"%f" % chance.random()).hexdigest())

    def proof():
        number = any_entry()
        assert ask("/v1/proof/%d" % number).startswith(b"c2sp.org/tlog-proof@v1\nindex %d\n" % number)

    def tile_path(number):
        parts = ["%03d" % (number % 1000)]
        while number >= 1000:
            number //= 1000
            parts.insert(0, "x%03d" % (number % 1000))
        return "/".join(parts)

    def tile():
        if count >= 256:
            assert len(ask("/log/tile/0/" + tile_path(chance.randrange(count // 256)))) == 256 * 32

    def consistency():
        ask("/log/consistency/%d" % (any_entry() + 1))

    def download():
        ask("/v1/download/%d" % any_entry())

    def median(what, function, rounds=ROUNDS):
        times = []
        for _ in range(rounds):
            begin = time.perf_counter()
            function()
            times.append(time.perf_counter() - begin)
        print("%s %.3f" % (what, statistics.median(times) * 1e3), flush=True)

    wanted = any_entry()
    found = subprocess.run(
        [program, "store", "search", "--store", store, "--format=json", "--digest", "sha256:" + digest(wanted, 0)],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    assert json.loads(found)["number"] == wanted
    median("command", lambda: run("search", "--store", store, "--digest", "sha256:" + one_digest()), 100)
    median("start", lambda: run("search", "--help"), 100)
    median("search", lambda: search("/v1/search?digest=sha256:%s"))
    for what in absent, proof, tile, consistency, download:
        median(what.__name__, what)


main()
