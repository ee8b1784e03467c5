"""The table by kind and language, and the figures under it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from benchmarks.privacy.case import LANGUAGES
from benchmarks.privacy.scoring import Verdict, recall, replaced
from benchmarks.privacy.values import PATTERNED

Table = Mapping[tuple[str, str], Sequence[Verdict]]


def by_kind(verdicts: Sequence[Verdict]) -> Table:
    found = defaultdict[tuple[str, str], list[Verdict]](list)
    for verdict in verdicts:
        found[verdict.case.kind, verdict.case.language].append(verdict)
    return found


def table(ours: Table, peers: Mapping[str, Table]) -> str:
    """One line a kind, one group of columns a language: recall, and the peers' on the same cases."""
    names = ("recall", *peers)
    head = f"{'':16}" + "".join(
        f"{language:>5} {'cases':>6}" + "".join(f"{name:>9}" for name in names) + f"{'false':>6} "
        for language in LANGUAGES
    )
    lines = [head]
    for kind in dict.fromkeys(kind for kind, _ in ours):
        line = f"{kind:16}"
        for language in LANGUAGES:
            verdicts = ours[kind, language]
            shown = [
                recall([v for v in each if v.case.value])
                for each in (verdicts, *(p[kind, language] for p in peers.values()))
            ]
            line += f"{'':5} {len(verdicts):6}" + "".join(f"{_shown(each):>9}" for each in shown)
            line += f"{sum(v.false for v in verdicts):6} "
        lines.append(line)
    return "\n".join(lines)


def _shown(found: float) -> str:
    return "-" if math.isnan(found) else f"{found:.3f}"


def short_table(found: Table) -> str:
    """Of what is grouped in other ways: a line a group."""
    lines = [f"{'':22}{'of':>14} {'cases':>6} {'recall':>7} {'false':>6}"]
    for (kind, source), verdicts in sorted(found.items()):
        valued = [v for v in verdicts if v.case.value]
        false = "" if valued else sum(v.false for v in verdicts)
        lines.append(f"{kind:22}{source:>14} {len(verdicts):6} {_shown(recall(valued)):>7} {false!s:>6}")
    return "\n".join(lines)


def harmless_table(cleanings: Mapping[str, Sequence[Verdict]]) -> str:
    """What is lost of messages with nothing private: when finds are masked, and when their messages are dropped."""
    lines = [f"{'harmless messages':22} {'changed':>8} {'text masked':>12} {'text dropped with its message':>30}"]
    for name, verdicts in cleanings.items():
        size = sum(len(v.case.text) for v in verdicts)
        masked = sum(b - a for v in verdicts for a, b, _ in replaced(v.case.text, v.clean)) / size
        dropped = sum(len(v.case.text) for v in verdicts if v.case.text != v.clean) / size
        lines.append(f"{name:22} {over_removal(verdicts):8.2%} {masked:12.2%} {dropped:30.2%}")
    return "\n".join(lines)


def harmless(found: Table) -> list[Verdict]:
    return [v for language in LANGUAGES for v in found["harmless", language]]


def mean_recall(found: Table) -> float:
    recalls = [recall(verdicts) for (kind, _), verdicts in found.items() if kind != "harmless"]
    return sum(recalls) / len(recalls)


def figures(ours: Table) -> dict[str, float]:
    recalls = {key: recall(verdicts) for key, verdicts in ours.items() if key[0] != "harmless"}
    found = {f"recall_{kind}_{language}": each for (kind, language), each in recalls.items()}
    patterned = [each for (kind, _), each in recalls.items() if kind in PATTERNED]
    found |= {
        "recall_min_patterned": min(patterned),
        "recall_known_names": min(recalls["known_name", language] for language in LANGUAGES),
        "recall_unknown_names": min(recalls["unknown_name", language] for language in LANGUAGES),
        "recall_addresses": min(recalls["address", language] for language in LANGUAGES),
        "over_removal": over_removal(harmless(ours)),
    }
    return found


def finds(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How many true and false places are masked: a value that is gone is one true find."""
    return sum(v.gone and bool(v.case.value) for v in verdicts), sum(v.false for v in verdicts)


def over_removal(harmless: Sequence[Verdict]) -> float:
    """Of messages with nothing private, how many were changed."""
    return sum(v.case.text != v.clean for v in harmless) / len(harmless)
