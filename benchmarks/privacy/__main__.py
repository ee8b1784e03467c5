"""``make bench NAME=privacy``; ``--quick`` for a minute's worth of it; ``--show KIND LANGUAGE`` for what went wrong."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict

from benchmarks.privacy.cleaning import clean_all
from benchmarks.privacy.patterned import patterned_cases
from benchmarks.privacy.scoring import Verdict, judge, recall
from benchmarks.privacy.case import LANGUAGES

SEED = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer cases, no peers, no import")
    parser.add_argument("--show", nargs=2, metavar=("KIND", "LANGUAGE"), help="list the misses and false finds")
    asked = parser.parse_args()
    cases = list(patterned_cases(100 if asked.quick else 250, SEED))
    if asked.show:
        cases = [c for c in cases if [c.kind, c.language] == asked.show]
    verdicts = [judge(*pair) for pair in zip(cases, clean_all([], [c.text for c in cases]), strict=True)]
    if asked.show:
        for v in verdicts:
            if not v.gone or v.false:
                print("MISS " if not v.gone else "FALSE", repr(v.case.text), "->", repr(v.clean))
        return
    by = defaultdict[tuple[str, str], list[Verdict]](list)
    for v in verdicts:
        by[v.case.kind, v.case.language].append(v)
    for kind in dict.fromkeys(k for k, _ in by):
        print(
            f"{kind:16}",
            *(
                f"{l} {recall(by[kind, l]):.3f} n={len(by[kind, l])} false={sum(v.false for v in by[kind, l])}"
                for l in LANGUAGES
            ),
        )


if __name__ == "__main__":
    main()
