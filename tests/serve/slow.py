# SPDX-License-Identifier: Apache-2.0
"""Clients that behave badly: slow.py KIND HOST PORT CA TOKEN; prints what the server did, and after how long."""
import socket
import ssl
import sys
import time

kind, host, port, ca, token = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
context = ssl.create_default_context(cafile=ca)
begun = time.monotonic()


def connect():
    return context.wrap_socket(socket.create_connection((host, port)), server_hostname="localhost")


def head(method, path, more=""):
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{more}\r\n".encode()


def cut_off(send, most=20.0):
    """Sends a little again and again until the server has had enough."""
    try:
        while time.monotonic() - begun < most:
            time.sleep(0.1)
            send()
    except OSError:
        return "cut off"
    return "still there"


def main():
    if kind == "handshake":
        plain = socket.create_connection((host, port))
        plain.settimeout(20)
        return "cut off" if plain.recv(1) == b"" else "answered"
    if kind == "head":
        connection = connect()
        connection.send(b"GET /v1/sea")
        return cut_off(lambda: connection.send(b"r"))
    if kind == "body":
        connection = connect()
        connection.send(head("POST", "/v1/upload", "Content-Length: 100000\r\n"))
        return cut_off(lambda: connection.send(b"x"))
    if kind == "reader":
        connection = connect()
        connection.send(head("GET", "/v1/download/" + sys.argv[6]))
        got = 0
        try:
            while time.monotonic() - begun < 4.5:
                time.sleep(0.1)
                got += len(connection.recv(100))
            while piece := connection.recv(1 << 20):  # what the system still held
                got += len(piece)
        except OSError:
            pass
        return "cut off" if got < 20_000_000 else "got all of it"
    if kind == "abort":
        for _ in range(20):
            connection = connect()
            connection.send(head("POST", "/v1/upload", "Content-Length: 100000\r\n") + b"x" * 5000)
            connection.close()
            connection = connect()
            connection.send(head("GET", "/v1/search")[:-10])
            connection.close()
        return "aborted"
    if kind == "smuggle":
        connection = connect()
        connection.send(head("POST", "/v1/upload", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n")
        return connection.recv(200).split(b"\r\n")[0].decode()
    if kind == "garbage":
        connection = connect()
        connection.send(b"\x00\xff\r\n\r\n")
        answer = connection.recv(200)
        return answer.split(b"\r\n")[0].decode() if answer else "cut off"
    if kind == "many":
        held = []
        try:
            for _ in range(int(sys.argv[6])):
                plain = socket.create_connection((host, port), timeout=2)
                held.append(plain)
        except OSError:
            pass
        time.sleep(0.5)
        gone = 0
        for plain in held:
            plain.settimeout(0.01)
            try:
                gone += plain.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                gone += 1
        return f"{len(held) - gone} held"
    return "no such kind"


result = main()
print(result, f"{time.monotonic() - begun:.0f}")
