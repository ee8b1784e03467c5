"""How well is what is private found, and at what cost? ``make bench NAME=privacy`` (about fifteen minutes).

Generated messages in English, Russian and German with one private value each, of every kind; harmless ones with
numbers; what others labelled, and the real chats of the personas, from ``ANSELM_TEST_DATA`` where that is set. A value
counts as found only when no four characters in a row of it are left. On the same cases: presidio, and the usual regular
expressions. Then the speed.

``--quick``: fewer cases, no peers and no import, in less than a minute. ``--show KIND LANGUAGE``: what was missed and
what was found that is nothing; ``harmless`` is a kind too, and ``--show real PERSONA`` lists the real chats' finds.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.privacy import report, speed
from benchmarks.privacy.case import Case
from benchmarks.privacy.cleaning import clean_all
from benchmarks.privacy.harmless import harmless_cases
from benchmarks.privacy.names import export, known_cases, unknown_cases
from benchmarks.privacy.patterned import patterned_cases
from benchmarks.privacy.peers import with_presidio, with_usual_expressions
from benchmarks.privacy.planted import planted_cases
from benchmarks.privacy.real import Span, data_folder, spans
from benchmarks.privacy.scoring import Verdict, judge

SEED = 4
CASES, QUICK_CASES = 250, 100
#: Of the real chats, when it is to be quick, one message of so many.
QUICK_EVERY = 5
TIMED = 20_000


def generated(count: int) -> list[Case]:
    makers = (patterned_cases, known_cases, unknown_cases)
    return [*(case for make in makers for case in make(count, SEED)), *harmless_cases(3 * count, SEED)]


def ours(texts: Sequence[str]) -> list[str]:
    """Everybody of the generated export writes in the chat."""
    people = export()
    return clean_all(people, texts, [person.replacement for person in people])


def judged(cases: Sequence[Case], clean: Callable[[Sequence[str]], list[str]] = ours) -> list[Verdict]:
    return [judge(*pair) for pair in zip(cases, clean([case.text for case in cases]), strict=True)]


def planted() -> list[Verdict]:
    """Their sentences hold several values, so that finds beside the one that a case is about are not called false."""
    folder = data_folder("pii")
    if folder is None:
        print("no ANSELM_TEST_DATA/pii: what others labelled is left out")
        return []
    verdicts = judged(list(planted_cases(folder)), lambda texts: clean_all([], texts))
    return [replace(v, false=0) if v.case.value else v for v in verdicts]


def real(every: int) -> list[Span]:
    folder = data_folder("personas")
    if folder is None:
        print("no ANSELM_TEST_DATA/personas: real chats are left out")
        return []
    return list(spans(folder, every))


def show(kind: str, language: str, cases: Sequence[Case]) -> None:
    if kind == "real":
        for span in real(1):
            if span.persona == language:
                told = "      " if span.is_plausible({}) else "FALSE "
                print(told, span.kind, repr(span.original), "in", repr(f"{span.before}[]{span.after}"))
        return
    for verdict in judged([case for case in cases if (case.kind, case.language) == (kind, language)]):
        if verdict.case.value and not verdict.gone:
            print("MISSED", repr(verdict.case.text[:300]), "->", repr(verdict.clean[:300]))
        elif verdict.false:
            print("FALSE ", repr(verdict.case.text[:300]), "->", repr(verdict.clean[:300]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer cases, no peers, no import")
    parser.add_argument("--show", nargs=2, metavar=("KIND", "LANGUAGE"), help="list the misses and false finds")
    parser.add_argument("--record", type=Path, help='JSON: which finds in real chats are true, {"KIND TEXT": true}')
    asked = parser.parse_args()
    cases = generated(QUICK_CASES if asked.quick else CASES)
    if asked.show:
        show(*asked.show, cases)
        return
    figures = on_generated(cases, peers=not asked.quick)
    figures |= on_labelled(figures.pop("true"), figures.pop("false"))
    figures |= on_real(QUICK_EVERY if asked.quick else 1, json.loads(asked.record.read_text()) if asked.record else {})
    figures |= timed(with_import=not asked.quick)
    print(json.dumps({"bench": "privacy", "figures": {name: round(figure, 3) for name, figure in figures.items()}}))


def on_generated(cases: Sequence[Case], *, peers: bool) -> dict[str, float]:
    verdicts = {"ours": judged(cases)}
    if peers:
        verdicts |= {"presidio": judged(cases, with_presidio), "regexes": judged(cases, with_usual_expressions)}
    tables = {name: report.by_kind(each) for name, each in verdicts.items()}
    mine = tables.pop("ours")
    print(report.table(mine, tables))
    print(report.harmless_table({name: report.harmless(table) for name, table in {"ours": mine, **tables}.items()}))
    true, false = report.finds(verdicts["ours"])
    others = {f"recall_mean_{name}": report.mean_recall(table) for name, table in tables.items()}
    return report.figures(mine) | {"recall_mean": report.mean_recall(mine)} | others | {"true": true, "false": false}


def on_labelled(true: float, false: float) -> dict[str, float]:
    """``true`` and ``false``: finds in the generated messages, which the precision is of as well."""
    verdicts = planted()
    table = report.by_kind(verdicts)
    print(report.short_table(table))
    found = report.finds(verdicts)
    recalls = {
        f"labelled_{kind}_{source}": report.recall(each) for (kind, source), each in table.items() if each[0].case.value
    }
    return recalls | {"precision": (true + found[0]) / (true + found[0] + false + found[1])}


def on_real(every: int, record: dict[str, bool]) -> dict[str, float]:
    found = Counter((span.persona, span.kind, span.is_plausible(record)) for span in real(every))
    if not found:
        return {}
    for persona, kind in sorted({key[:2] for key in found}):
        true, false = found[persona, kind, True], found[persona, kind, False]
        print(f"real chats: {persona:12} {kind:16} plausible {true:6} false {false:6}")
    return {"precision_real": sum(n for key, n in found.items() if key[2]) / found.total()}


def timed(*, with_import: bool) -> dict[str, float]:
    texts = speed.usual_texts(TIMED if with_import else TIMED // 10)
    for detector, each in sorted(speed.microseconds_a_message(texts).items(), key=lambda item: -item[1]):
        print(f"{detector:24} {each:6.1f} µs a message")
    rate = {"messages_per_s": speed.messages_a_second(texts)}
    return rate | ({"cost_ratio": speed.cost_ratio()} if with_import else {})


if __name__ == "__main__":
    main()
