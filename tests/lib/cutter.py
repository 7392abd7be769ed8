#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between a client and a server on the loopback interface and cuts connections, so that a
real server can be seen to be cut off:  cutter.py HOST:PORT FILE

FILE has lines "up BYTES" or "down BYTES", and is used up from the top: each connection takes one
line and ends after so many bytes of that direction.  When none is left, nothing is cut."""
import os
import socket
import socketserver
import sys
import threading

host, port = sys.argv[1].rsplit(":", 1)
lock = threading.Lock()


def take_line():
    with lock:
        try:
            lines = open(sys.argv[2]).read().splitlines()
        except FileNotFoundError:
            lines = []
        if not lines:
            return None, 0
        with open(sys.argv[2] + ".new", "w") as file:
            file.writelines(line + "\n" for line in lines[1:])
        os.replace(sys.argv[2] + ".new", sys.argv[2])
        way, size = lines[0].split()
        return way, int(size)


def carry(source, target, left):
    """Until the end, or until so many bytes went by: then both sides are closed."""
    try:
        while True:
            piece = source.recv(65536 if left is None else min(65536, left))
            if not piece:
                break
            target.sendall(piece)
            if left is not None:
                left -= len(piece)
                if not left:
                    break
    except OSError:
        pass
    for one in (source, target):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        way, size = take_line()
        with socket.create_connection((host, int(port))) as server:
            down = threading.Thread(target=carry, args=(server, self.request, size if way == "down" else None))
            down.start()
            carry(self.request, server, size if way == "up" else None)
            down.join()


class Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


listener = Listener(("127.0.0.1", 0), Connection)
print("listening on 127.0.0.1:%d" % listener.server_address[1], flush=True)
listener.serve_forever()
