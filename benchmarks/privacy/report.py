"""The table by kind and language, and the figures under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from benchmarks.privacy.case import LANGUAGES
from benchmarks.privacy.scoring import Verdict, recall
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
            shown = [recall(verdicts), *(recall(peer[kind, language]) for peer in peers.values())]
            line += f"{'':5} {len(verdicts):6}" + "".join(f"{_shown(kind, each):>9}" for each in shown)
            line += f"{sum(v.false for v in verdicts):6} "
        lines.append(line)
    return "\n".join(lines)


def _shown(kind: str, found: float) -> str:
    return "-" if kind == "harmless" else f"{found:.3f}"


def figures(ours: Table) -> dict[str, float]:
    recalls = {key: recall(verdicts) for key, verdicts in ours.items() if key[0] != "harmless"}
    found = {f"recall_{kind}_{language}": each for (kind, language), each in recalls.items()}
    patterned = [each for (kind, _), each in recalls.items() if kind in PATTERNED]
    found |= {
        "recall_min_patterned": min(patterned),
        "recall_known_names": min(recalls["known_name", language] for language in LANGUAGES),
        "recall_unknown_names": min(recalls["unknown_name", language] for language in LANGUAGES),
        "recall_addresses": min(recalls["address", language] for language in LANGUAGES),
        "precision": precision([v for verdicts in ours.values() for v in verdicts]),
        "over_removal": over_removal([v for language in LANGUAGES for v in ours["harmless", language]]),
    }
    return {name: round(each, 3) for name, each in found.items()}


def precision(verdicts: Sequence[Verdict]) -> float:
    """Of everything that was masked, how much was to be: a value that is gone is one true find."""
    true, false = sum(v.gone and bool(v.case.value) for v in verdicts), sum(v.false for v in verdicts)
    return true / (true + false)


def over_removal(harmless: Sequence[Verdict]) -> float:
    """Of messages with nothing private, how many were changed."""
    return sum(v.case.text != v.clean for v in harmless) / len(harmless)
