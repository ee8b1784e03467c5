"""How well is what is private found, and at what cost? ``make bench NAME=privacy``

``--quick``: fewer cases, no peers and no import, in less than a minute. ``--show KIND LANGUAGE``: what was missed and
what was found that is nothing (``harmless`` is a kind too).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from benchmarks.privacy.case import Case
from benchmarks.privacy.cleaning import clean_all
from benchmarks.privacy.harmless import harmless_cases
from benchmarks.privacy.names import export, known_cases, unknown_cases
from benchmarks.privacy.patterned import patterned_cases
from benchmarks.privacy.report import by_kind, figures, table
from benchmarks.privacy.scoring import Verdict, judge

SEED = 4
CASES, QUICK_CASES = 250, 100


def generated(count: int) -> list[Case]:
    makers = (patterned_cases, known_cases, unknown_cases)
    return [*(case for make in makers for case in make(count, SEED)), *harmless_cases(3 * count, SEED)]


def judged(cases: Sequence[Case]) -> list[Verdict]:
    """Our own cleaning of every case; all of the export's people are in the chat."""
    people = export()
    members = [person.replacement for person in people]
    cleaned = clean_all(people, [case.text for case in cases], members)
    return [judge(case, clean) for case, clean in zip(cases, cleaned, strict=True)]


def show(verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        if not verdict.gone and verdict.case.value:
            print("MISSED", repr(verdict.case.text[:300]), "->", repr(verdict.clean[:300]))
        elif verdict.false:
            print("FALSE ", repr(verdict.case.text[:300]), "->", repr(verdict.clean[:300]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer cases, no peers, no import")
    parser.add_argument("--show", nargs=2, metavar=("KIND", "LANGUAGE"), help="list the misses and false finds")
    asked = parser.parse_args()
    cases = generated(QUICK_CASES if asked.quick else CASES)
    if asked.show:
        show(judged([case for case in cases if [case.kind, case.language] == asked.show]))
        return
    ours = by_kind(judged(cases))
    print(table(ours, {}))
    print(json.dumps({"bench": "privacy", "figures": figures(ours)}))


if __name__ == "__main__":
    main()
