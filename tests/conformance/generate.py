#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the conformance corpus: generate.py [FOLDER] (cases/ beside this file if not given).

Needs nothing but Python, uses none of our own tools, and gives the same bytes everywhere: keys, salts
and nonces follow from fixed texts, times are constants.
"""
import pathlib
import sys

sys.dont_write_bytecode = True
from generator import (  # noqa: E402
    cases_attestations, cases_certificates, cases_envelopes, cases_inspections, cases_keys, cases_layouts, cases_links,
    cases_openpgp, cases_rules, cases_sublayouts)
from generator.corpus import Corpus  # noqa: E402

MODULES = [cases_envelopes, cases_layouts, cases_links, cases_rules, cases_sublayouts, cases_inspections, cases_keys, cases_openpgp,
           cases_certificates, cases_attestations]


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "cases"
    if len(sys.argv) > 2 or str(target).startswith("-"):
        sys.exit(__doc__)
    # What is there is replaced, so it had better be a corpus.
    if target.exists() and any(target.iterdir()) and not any(target.glob("*/*/case.json")):
        sys.exit(f"generate.py: {target}: holds something else than cases")
    corpus = Corpus()
    for module in MODULES:
        module.add(corpus)
    corpus.write(target)
    print(f"{len(corpus.cases)} cases in {target}")


main()
