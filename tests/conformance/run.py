#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives a verifier through the conformance corpus; README.md says how.

	run.py ADAPTER [CASE...]            TAP: does the verifier come to the expected verdicts?
	run.py --observe OUT ADAPTER...     writes what each verifier really says, for --differences
	run.py --differences OBSERVED       the table of differences, as docs/conformance.md has it

	--cases FOLDER    another corpus          --jobs N       cases at once (2)
	--reasons         the reason must be the expected one, too (for our own verifier)
	--timeout N       seconds for one case (30)
	--list            only names the cases    --verbose      what the adapter printed

CASE is a group ("rules") or a case ("rules/create").
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
VERDICTS = ("accept", "refuse", "unsupported", "crash")
# Follow from another failure, so they may stand beside the expected one.
CONSEQUENCES = {"rule.evidence", "step.threshold", "sublayout.verdict"}
# Follow from evidence that is not there: rules of other steps have nothing to match with.
WITHOUT_EVIDENCE = {"rule.disallow", "rule.require"}


# --- one case -----------------------------------------------------------------------------------
def copy(source, target):
    """as shutil.copytree, but what comes from a read-only tree can be written to"""
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            copy(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())


def arrange(folder, steps):
    """what cannot be kept as plain files: awkward names, large documents, links between folders"""
    for step in steps:
        if "rename" in step:
            target = folder / step["to"]
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / step["rename"]).rename(target)
        elif "symlink" in step:
            target = folder / step["symlink"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(step["to"])
        elif "fill" in step:
            target = folder / step["fill"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step["head"] + step["repeat"] * step["count"] + step.get("tail", ""))
        else:
            raise ValueError(f"unknown arrangement {step}")


def environment(case, folder):
    """what an adapter is told; lists have one element a line"""
    verify = case["verify"]
    told = {
        "CASE": folder,
        "CASE_ID": case["id"],
        "CASE_FEATURES": "\n".join(case["features"]),
        "CASE_LAYOUT": folder / verify["layout"],
        "CASE_LINKS": folder / verify["links"],
        "CASE_KEYS": "\n".join(str(folder / key) for key in verify["keys"]),
        "CASE_GPG_KEYS": "\n".join(verify.get("gpg_keys", [])),
        "CASE_GPG_FILES": "\n".join(str(folder / key) for key in verify.get("gpg_files", [])),
        "CASE_AT": verify.get("at", ""),
        "CASE_PARAMETERS": "\n".join(f"{k}={v}" for k, v in sorted(verify.get("parameters", {}).items())),
        "CASE_PASS_PARAMETERS": "yes" if verify.get("pass_parameters") else "",
        "CASE_INSPECTIONS": verify.get("inspections", "run"),
        "CASE_TIMEOUT": str(verify.get("timeout", "")),
        "CASE_INTERMEDIATES": "\n".join(str(folder / c) for c in verify.get("intermediates", [])),
        "CASE_TIMESTAMP_ROOTS": "\n".join(str(folder / c) for c in verify.get("timestamp_roots", [])),
    }
    return {**os.environ, **{name: str(value) for name, value in told.items()}}


def run_adapter(adapter, case, folder, timeout):
    """(verdict, reasons, lines): in a group of its own, so that nothing outlives it"""
    work = folder / "product"
    work.mkdir(exist_ok=True)
    with open(folder.parent / "output", "w+b") as output:
        child = subprocess.Popen([adapter], cwd=work, env=environment(case, folder), stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            child.wait(timeout)
            late = False
        except subprocess.TimeoutExpired:
            late = True
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        output.seek(0)
        lines = output.read(1 << 20).decode(errors="replace").splitlines()
    if late:
        return "crash", [], [f"took longer than {timeout} s", *lines]
    words = lines[0].split(None, 1) if lines else []
    if not words or words[0] not in VERDICTS:
        return "crash", [], ["the adapter printed no verdict", *lines]
    return words[0], [line.split(None, 1)[1] for line in lines if line.startswith("reason ")], lines


def execute(adapter, case_folder, timeout):
    case = json.loads((case_folder / "case.json").read_text())
    with tempfile.TemporaryDirectory(prefix="intoto-case.") as top:
        folder = pathlib.Path(top) / "case"
        copy(case_folder, folder)
        arrange(folder, case.get("arrange", []))
        return case, run_adapter(adapter, case, folder, timeout)


# --- judging ------------------------------------------------------------------------------------
def wrong_verdict(expect, verdict):
    if verdict == "crash":
        return "it crashed"
    if expect["verdict"] in ("either", verdict):
        return None
    return f"want {expect['verdict']}, got {verdict}"


def wrong_reason(expect, verdict, reasons):
    """ours: also where the specification leaves it open, and each refusal for its own reason"""
    wanted = expect.get("ours", expect["verdict"])
    if verdict != wanted:
        return f"want {wanted}, got {verdict}"
    failed = {r.split(None, 1)[1] for r in reasons if r.startswith("failed ")}
    warned = {r.split(None, 1)[1] for r in reasons if r.startswith("warning ")}
    if "warns" in expect and expect["warns"] not in warned:
        return f"want a warning {expect['warns']}, got {sorted(warned)}"
    if verdict == "accept":
        return None
    if expect["reason"] not in failed:
        return f"want the reason {expect['reason']}, got {sorted(failed)}"
    strange = failed - {expect["reason"]} - set(expect.get("also", [])) - CONSEQUENCES
    if expect["reason"].split(".")[0] in ("link", "step") or "sublayout.verdict" in failed:
        strange -= WITHOUT_EVIDENCE
    return f"more reasons than {expect['reason']}: {sorted(strange)}" if strange else None


# --- the corpus ---------------------------------------------------------------------------------
def find_cases(folder, wanted):
    found = sorted(path.parent for path in pathlib.Path(folder).glob("*/*/case.json"))
    if wanted:
        found = [f for f in found if f.parent.name in wanted or f"{f.parent.name}/{f.name}" in wanted]
    if not found:
        sys.exit(f"run.py: no case in {folder}")
    return found


def run_all(adapter, folders, options):
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        yield from pool.map(lambda folder: execute(adapter, folder, options.timeout), folders)


def tap(adapter, folders, options):
    failed = 0
    print(f"1..{len(folders)}")
    for number, (case, (verdict, reasons, lines)) in enumerate(run_all(adapter, folders, options), 1):
        expect = case["expect"]
        why = wrong_verdict(expect, verdict) if not options.reasons else wrong_reason(expect, verdict, reasons)
        title = f"{case['id']}: {case['title']}".encode("unicode_escape").decode().replace("#", "no.")
        if verdict == "unsupported":
            print(f"ok {number} - {title} # SKIP {lines[0]}")
            continue
        print(f"{'not ok' if why else 'ok'} {number} - {title}", flush=True)
        if why or options.verbose:
            shown = [f"{case['rule']} ({case['specification']})", *lines[:20]]
            print("\n".join("# " + line.encode("unicode_escape").decode() for line in [*([why] if why else []), *shown]))
        failed += bool(why)
    return 1 if failed else 0


# --- differences between verifiers ---------------------------------------------------------------
def observe(out, adapters, folders, options):
    observed = {}
    for adapter in adapters:
        name = pathlib.Path(adapter).name
        for case, (verdict, _, lines) in run_all(adapter, folders, options):
            entry = observed.setdefault(case["id"], {"expect": case["expect"]["verdict"], "title": case["title"]})
            entry[name] = {"verdict": verdict, "said": lines[0] if lines else ""}
    pathlib.Path(out).write_text(json.dumps(observed, indent=1, sort_keys=True) + "\n")


def differences(observed, causes):
    """[(adapter, case, expected, verdict)] that are worth a word"""
    out = []
    for case, entry in sorted(observed.items()):
        for adapter, seen in sorted(entry.items()):
            if adapter in ("expect", "title") or seen["verdict"] == "unsupported":
                continue
            known = causes.get((adapter, case), [""])[0]
            if known.endswith(", at times"):  # chance decides, so what came out now says nothing
                out.append((adapter, case, entry["expect"], known))
            elif wrong_verdict({"verdict": entry["expect"]}, seen["verdict"]):
                out.append((adapter, case, entry["expect"], seen["verdict"]))
    return out


def read_causes(path):
    """{(adapter, case): (verdict, group, why)} from differences.tsv"""
    out = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            adapter, case, verdict, group, why = line.split("\t")
            out[adapter, case] = verdict, group, why
    return out


GROUPS = {
    "fail-open": "It accepts what must be refused",
    "crash": "It ends with an error of its own, or not at all",
    "stricter": "It refuses what must be accepted",
}


def table(observed, causes):
    lines = []
    names = sorted({name for entry in observed.values() for name in entry} - {"expect", "title"})
    found = differences(observed, causes)
    lines += ["| verifier | cases | as expected | open | different | unsupported |", "|---|---|---|---|---|---|"]
    for name in names:
        seen = [(entry["expect"], entry[name]["verdict"]) for entry in observed.values()]
        lacking = sum(verdict == "unsupported" for _, verdict in seen)
        different = sum(adapter == name for adapter, *_ in found)
        open_ = sum(expect == "either" and verdict in ("accept", "refuse") for expect, verdict in seen)
        lines.append(f"| {name} | {len(seen)} | {len(seen) - lacking - different - open_} | {open_} | {different} | {lacking} |")
    for name in names:
        for group, heading in GROUPS.items():
            rows = [(case, expect, verdict) for adapter, case, expect, verdict in found
                    if adapter == name and causes.get((adapter, case), (None, None, None))[1] == group]
            if not rows:
                continue
            lines += ["", f"### {name}: {heading.lower()}", "", "| case | expected | verdict | why |", "|---|---|---|---|"]
            lines += [f"| {case} | {expect} | {verdict} | {causes[name, case][2]} |" for case, expect, verdict in rows]
    return "\n".join(lines) + "\n"


def check_differences(path):
    """prints the table; fails when a difference has no cause, or a cause no difference"""
    observed = json.loads(pathlib.Path(path).read_text())
    causes = read_causes(HERE / "differences.tsv")
    found = {(adapter, case): verdict for adapter, case, _, verdict in differences(observed, causes)}
    names = {name for entry in observed.values() for name in entry}
    wrong = [f"{a} {c}: {v}, and differences.tsv does not say why" for (a, c), v in found.items() if causes.get((a, c), [None])[0] != v]
    wrong += [f"{a} {c}: differences.tsv says {cause[0]}, and that is not so any more"
              for (a, c), cause in causes.items() if a in names and (a, c) not in found]
    print(table(observed, causes), end="")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--cases", default=HERE / "cases")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("--reasons", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--observe")
    parser.add_argument("--differences")
    options = parser.parse_args()
    if options.differences:
        return check_differences(options.differences)
    if options.list:
        print("\n".join(f"{f.parent.name}/{f.name}" for f in find_cases(options.cases, options.arguments)))
        return 0
    adapters = [str(pathlib.Path(a).resolve()) for a in options.arguments]
    if options.observe:
        return observe(options.observe, adapters, find_cases(options.cases, []), options)
    if not adapters:
        parser.error("want an adapter")
    return tap(adapters[0], find_cases(options.cases, options.arguments[1:]), options)


sys.exit(main())
