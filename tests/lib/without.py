#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program on a kernel that seems to lack something, by a filter that stays in force below it.

    without.py [landlock] [namespaces] [user-namespaces] [seccomp] [close-range] -- COMMAND...

Landlock is then answered as by a kernel without it, namespaces and filters as by a container that refuses them.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

NUMBERS = {
    "x86_64": {"arch": 0xC000003E, "unshare": 272, "prctl": 157, "seccomp": 317, "mount": 165},
    "aarch64": {"arch": 0xC00000B7, "unshare": 97, "prctl": 167, "seccomp": 277, "mount": 40},
}
LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NEW_USER = 0x10000000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38


def op(code, value, yes=0, no=0):
    return struct.pack("HBBI", code, yes, no, value)


def refuse(number, error):
    return [op(JUMP_EQUAL, number, 0, 1), op(RETURN, ERRNO | error)]


def refuse_argument(number, index, code, value, error):
    return [op(JUMP_EQUAL, number, 0, 4), op(LOAD, 16 + 8 * index), op(code, value, 0, 1),
            op(RETURN, ERRNO | error), op(LOAD, 0)]


def program(words):
    n = NUMBERS[platform.machine()]
    code = [op(LOAD, 0)]
    for word in words:
        if word == "landlock":
            code += refuse(444, errno.ENOSYS)
        elif word == "namespaces":
            code += refuse(n["unshare"], errno.EPERM)
        elif word == "user-namespaces":
            code += refuse_argument(n["unshare"], 0, JUMP_SET, NEW_USER, errno.EPERM)
        elif word == "mounts":
            code += refuse(n["mount"], errno.EPERM)
        elif word == "seccomp":
            code += refuse(n["seccomp"], errno.ENOSYS)
            code += refuse_argument(n["prctl"], 0, JUMP_EQUAL, PR_SET_SECCOMP, errno.EINVAL)
        elif word == "close-range":
            code += refuse(436, errno.ENOSYS)
        else:
            sys.exit("without.py: what is %s?" % word)
    return b"".join(code + [op(RETURN, ALLOW)])


def main():
    at = sys.argv.index("--")
    if platform.machine() not in NUMBERS:
        sys.exit(77)
    code = program(sys.argv[1:at])
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero):
        sys.exit("without.py: no_new_privs")
    if libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.create_string_buffer(filter_program), zero, zero):
        sys.exit("without.py: %s" % os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[at + 1], sys.argv[at + 1:])


main()
