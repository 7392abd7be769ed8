# SPDX-License-Identifier: Apache-2.0
"""The cases, collected and written: one folder each."""
import pathlib
import re
import shutil

from .canonical import pretty

# File names that are awkward in a source tree are given when a case is run.
PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*\Z")


def set_aside(chain, contents):
    """the files under names that every tool can carry, and how they are called in truth"""
    out, renamed = {}, []
    for path, data in sorted(contents.items()):
        plain = path
        parts = path.split("/")
        # git keeps nothing that is below a folder of its own name
        if not PLAIN.match(path) or ".git" in parts or any(len(part) > 100 for part in parts):
            plain = f"aside/{len(renamed)}"
            renamed.append({"rename": plain, "to": path})
        out[plain] = data
    chain.arrange = renamed + chain.arrange
    return out


class Corpus:
    def __init__(self):
        self.cases = {}

    def section(self, name, about, spec):
        return Section(self, name, about, spec)

    def write(self, folder):
        folder = pathlib.Path(folder)
        if folder.exists():
            shutil.rmtree(folder)
        for name, files in sorted(self.cases.items()):
            for path, data in files.items():
                target = folder / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)


class Section:
    """One part of the workflow or of the formats.

    spec: where the specification says so, when a case does not say it more exactly.
    """

    def __init__(self, corpus, name, about, spec):
        self.corpus, self.name, self.about, self.spec = corpus, name, about, spec

    def accept(self, name, title, chain, rule, **more):
        self._add(name, title, chain, rule, {"verdict": "accept"}, more)

    def refuse(self, name, title, reason, chain, rule, also=(), **more):
        expect = {"verdict": "refuse", "reason": reason}
        if also:
            expect["also"] = list(also)
        self._add(name, title, chain, rule, expect, more)

    def either(self, name, title, chain, rule, reason=None, also=(), **more):
        """The specification leaves it open.  reason: ours refuses, for this."""
        expect = {"verdict": "either", "ours": "refuse" if reason else "accept"}
        if reason:
            expect["reason"] = reason
        if also:
            expect["also"] = list(also)
        self._add(name, title, chain, rule, expect, more)

    def _add(self, name, title, chain, rule, expect, more):
        """more: spec, warns (a code that ours warns with), notes, features, and options of the verifier"""
        files = set_aside(chain, chain.contents())
        if "warns" in more:
            expect["warns"] = more.pop("warns")
        case = {
            "id": f"{self.name}/{name}",
            "title": title,
            "about": self.about,
            "rule": rule,
            "specification": more.pop("spec", self.spec),
            "expect": expect,
            "features": sorted(set(more.pop("features", [])) | features(chain)),
            "verify": {
                "layout": "root.layout",
                "keys": more.pop("keys", None) or [f"keys/{key}" for key in sorted(chain.keys)],
                "links": "links",
            },
        }
        if "notes" in more:
            case["notes"] = more.pop("notes")
        if chain.arrange:
            case["arrange"] = chain.arrange
        case["verify"].update(more)
        assert case["id"] not in self.corpus.cases, case["id"]
        self.corpus.cases[case["id"]] = {"case.json": pretty(case), **files}


def features(chain):
    found = set()
    if "dsse" in [chain.form] + [one.form for one in chain.links]:
        found.add("dsse")
    if chain.layout.get("inspect"):
        found.add("inspections")
    return found
