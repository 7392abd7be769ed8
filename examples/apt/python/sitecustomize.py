# SPDX-License-Identifier: Apache-2.0
"""Replaces the verification of apt-transport-in-toto by "intoto verify".

Python imports this module by itself when it starts.  The method has by then fetched the links and the
package into a folder, and calls in_toto_verify in it: everything but that call stays as it is.
"""
import os
import subprocess
import sys

PROGRAM = os.environ.get("INTOTO", "intoto")


class Refused(Exception):
    """Never the method's LinkNotFoundError, which its NoFail setting lets pass."""


def configuration():
    return sys.modules["__main__"].global_info["config"]


def verify(_layout, _keys, *_rest, **_more):
    told = configuration()
    command = [PROGRAM, "verify", "--quiet", "--layout", told["Layout"], "--link-dir", "."]
    for keyid in told["Keyids"]:
        command += ["--gpg", keyid]
    if told["GPGHomedir"]:
        command += ["--gpg-home", told["GPGHomedir"]]
    # Not for the child: this module must not be found by what an inspection starts.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise Refused(f"{PROGRAM} cannot be started: {error.strerror}") from error
    if done.returncode != 0:
        # apt ends a message at an empty line
        lines = [line.strip() for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
        raise Refused("; ".join(lines[:20]) or f"{PROGRAM} ended with status {done.returncode}")


def no_keys(*_arguments, **_more):
    """The keys are read by the program itself."""
    return {}


try:
    import in_toto.verifylib
    import securesystemslib.gpg.functions
except ImportError:  # another Python: there is nothing to replace, and the method itself will say so
    pass
else:
    in_toto.verifylib.in_toto_verify = verify
    securesystemslib.gpg.functions.export_pubkeys = no_keys
