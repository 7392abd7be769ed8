# SPDX-License-Identifier: Apache-2.0
"""Layouts, links, envelopes, and the small chain that most cases change in one place.

The chain: alice builds "out"; bob packs it into "a.tar".  The owner signed the layout.
"""
import base64
import copy
import hashlib

from .canonical import canonical, compact, pretty
from .keys import alice, bob, owner

FUTURE = "2100-01-01T00:00:00Z"
PAST = "2020-01-01T00:00:00Z"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
METABLOCK, DSSE = "metablock", "dsse"


def sha(content, *algorithms):
    """the digests of some content"""
    data = content if isinstance(content, bytes) else str(content).encode()
    return {name: hashlib.new(name, data).hexdigest() for name in algorithms or ["sha256"]}


# --- bodies -------------------------------------------------------------------------------------------
def step(name, keys, materials=(), products=(), threshold=1, command=(), **more):
    out = {
        "_type": "step",
        "name": name,
        "pubkeys": [key if isinstance(key, str) else key.keyid() for key in keys],
        "threshold": threshold,
        "expected_command": list(command),
        "expected_materials": [rule(r) for r in materials],
        "expected_products": [rule(r) for r in products],
    }
    out.update(more)
    return out


def inspection(name, run, materials=(), products=()):
    return {
        "_type": "inspection",
        "name": name,
        "run": list(run),
        "expected_materials": [rule(r) for r in materials],
        "expected_products": [rule(r) for r in products],
    }


def rule(words):
    return words.split(" ") if isinstance(words, str) else words


def layout(steps, keys=(), inspect=(), expires=FUTURE, **more):
    out = {
        "_type": "layout",
        "expires": expires,
        "readme": "",
        "keys": {key.keyid(): key.entry() for key in keys},
        "steps": list(steps),
        "inspect": list(inspect),
    }
    out.update(more)
    return out


def link(name, materials=None, products=None, **more):
    out = {
        "_type": "link",
        "name": name,
        "command": [],
        "materials": materials or {},
        "products": products or {},
        "byproducts": {},
        "environment": {},
    }
    out.update(more)
    return out


# --- envelopes ----------------------------------------------------------------------------------------
def signer_id(signer):
    """a signer is a key, or (key, the keyid to claim)"""
    return signer if isinstance(signer, tuple) else (signer, signer.keyid())


def metablock(body, signers, covered=None):
    """covered: what is signed instead of the body's canonical form"""
    data = canonical(body) if covered is None else covered
    pairs = [signer_id(signer) for signer in signers]
    return {"signatures": [key.signature(data, keyid) for key, keyid in pairs], "signed": body}


def pae(kind, payload):
    head = f"DSSEv1 {len(kind.encode())} {kind} {len(payload)} ".encode()
    return head + payload


def dsse(body, signers, kind=PAYLOAD_TYPE, covered=None):
    """body: a document, or the bytes of the payload"""
    payload = body if isinstance(body, bytes) else compact(body)
    data = pae(kind, payload) if covered is None else covered
    signatures = []
    for signer in signers:
        key, keyid = signer_id(signer)
        signatures.append({"keyid": keyid, "sig": base64.b64encode(key.sign(data)).decode()})
    return {"payload": base64.b64encode(payload).decode(), "payloadType": kind, "signatures": signatures}


def seal(body, signers, form):
    return metablock(body, signers) if form == METABLOCK else dsse(body, signers)


# --- a chain ------------------------------------------------------------------------------------------
class Link:
    """One link file: its body, who signs it, and the name of the file."""

    def __init__(self, body, key, form=METABLOCK, keyid=None, signers=None, folder=""):
        self.body, self.form, self.folder = body, form, folder
        self.keyid = keyid or key.keyid()
        self.signers = [key] if signers is None else signers
        self.step = body["name"]  # what the file is named after, also when the body changes
        self.edit = None  # a function on the sealed envelope
        self.patch = None  # a function on the file's bytes

    def path(self):
        return f"{self.folder}{self.step}.{self.keyid[:8]}.link"

    def data(self):
        envelope = seal(self.body, self.signers, self.form)
        return finish(envelope, self.edit, self.patch)


def finish(envelope, edit, patch):
    if edit:
        envelope = edit(envelope) or envelope
    data = envelope if isinstance(envelope, bytes) else pretty(envelope)
    return patch(data) if patch else data


class Chain:
    def __init__(self, form=METABLOCK, link_form=None, people=(alice, bob), by=owner):
        build, pack = people
        self.form, self.link_form = form, link_form or form
        self.layout = layout(
            [
                step("build", [build], [], ["CREATE out", "DISALLOW *"]),
                step("pack", [pack], ["MATCH out WITH PRODUCTS FROM build", "DISALLOW *"],
                     ["CREATE a.tar", "DISALLOW *"]),
            ],
            dict.fromkeys(people),
        )
        self.signers = [by]
        self.keys = {"owner.pub": by.pem()}
        self.edit = self.patch = None  # as in Link
        self.links = []
        self.files = {}  # further files by path, bytes
        self.arrange = []  # what cannot be kept in files: see corpus.py
        self.add("build", build, {}, {"out": sha("out")})
        self.add("pack", pack, {"out": sha("out")}, {"a.tar": sha("a.tar")})

    # --- building ---
    def add(self, name, key, materials=None, products=None, folder="", form=None, **more):
        fields = {k: more.pop(k) for k in list(more) if k in ("keyid", "signers")}
        body = link(name, copy.deepcopy(materials), copy.deepcopy(products), **more)
        self.links.append(Link(body, key, form or self.link_form, folder=folder, **fields))
        return self.links[-1]

    def __getitem__(self, name):
        """the first link of a step"""
        return next(x for x in self.links if x.step == name)

    def step(self, name):
        return next(s for s in self.layout["steps"] if s["name"] == name)

    def know(self, *keys):
        for key in keys:
            self.layout["keys"][key.keyid()] = key.entry()
        return self

    def drop(self, name):
        self.links = [x for x in self.links if x.step != name]
        return self

    def need_keys(self, *keys):
        """the public keys that the verifier is given"""
        self.keys = {f"{key.name}.pub": key.pem() for key in keys}
        return self

    # --- the files ---
    def contents(self):
        envelope = seal(self.layout, self.signers, self.form)
        out = {"root.layout": finish(envelope, self.edit, self.patch)}
        for name, text in self.keys.items():
            out[f"keys/{name}"] = text if isinstance(text, bytes) else text.encode()
        for one in self.links:
            path = f"links/{one.path()}"
            assert path not in out, path
            out[path] = one.data()
        for path, data in self.files.items():
            out[path] = data if isinstance(data, bytes) else data.encode()
        return out


def one_step(products_rules=(), materials_rules=(), products=None, materials=None, form=METABLOCK, **more):
    """A chain of the step "build" alone."""
    chain = Chain(form)
    chain.layout["steps"] = [step("build", [alice], materials_rules, products_rules, **more)]
    chain.layout["keys"] = {alice.keyid(): alice.entry()}
    chain.links = []
    chain.add("build", alice, materials, products)
    return chain


def two_steps(materials_rules, materials, products, products_rules=()):
    """The step "build" gives products; the rules are those of the materials of "pack"."""
    chain = Chain()
    chain.layout["steps"] = [
        step("build", [alice], [], []),
        step("pack", [bob], materials_rules, products_rules),
    ]
    chain.links = []
    chain.add("build", alice, {}, products)
    chain.add("pack", bob, materials, {})
    return chain


class Sublayout:
    """A sublayout of the step "build", by the same people: alice signs it; bob and carol do its steps."""

    def __init__(self, chain, by=alice, signers=None, step_name="build", base="", form=METABLOCK):
        self.chain, self.form = chain, form
        chain.links = [x for x in chain.links if (x.step, x.folder) != (step_name, base)]
        self.folder = f"{base}{step_name}.{by.keyid()[:8]}/"
        self.layout = layout([])
        self.link = Link(link(step_name), by, form, signers=signers, folder=base)
        self.link.body = self.layout
        chain.links.append(self.link)

    def step(self, name, key, materials=None, products=None, material_rules=(), product_rules=(), **more):
        self.layout["steps"].append(step(name, [key], material_rules, product_rules, **more))
        self.layout["keys"][key.keyid()] = key.entry()
        return self.chain.add(name, key, materials, products, folder=self.folder, form=self.form)
