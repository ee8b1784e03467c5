"""Two versions of a dataset, side by side in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from cli.console import out, table
from shared.contracts.ingest import DatasetDiff, DatasetStatistics


def print_diff(diff: DatasetDiff) -> None:
    names = diff.before, diff.after
    settings = [(name, _said(change.before), _said(change.after)) for name, change in diff.settings.items()]
    table("Settings that differ", ("setting", *names), settings, empty="Both have the same settings.")
    chats = [
        (chat, f"{its.added:,}", f"{its.removed:,}", f"{its.changed:,}", f"{its.unchanged:,}")
        for chat, its in diff.chats.items()
        if its.added or its.removed or its.changed
    ]
    table("Examples", ("chat", "added", "removed", "changed", "unchanged"), chats, empty="Both have the same examples.")
    one, other = (list(_figures(statistics)) for statistics in diff.statistics)
    rows = [(name, before, after) for (name, before), (_, after) in zip(one, other, strict=True)]
    table("Figures", ("", *names), rows)
    out.print(f"examples on another side of the split: {diff.moved}")


def _figures(statistics: DatasetStatistics) -> Iterator[tuple[str, str]]:
    for name, split in statistics.splits.items():
        yield f"{name}: examples", f"{split.examples:,}"
        yield f"{name}: threads", f"{split.threads:,}"
        yield f"{name}: characters a reply", f"{split.reply_characters_mean:,.1f}"
        yield f"{name}: bubbles a reply", f"{split.bubbles_mean:.2f}"
    yield "chats", f"{len(statistics.chats):,}"
    yield "languages", ", ".join(f"{name} {count:,}" for name, count in list(statistics.languages.items())[:4])
    yield "withheld for want of consent", f"{statistics.withheld_messages:,}"
    yield "near-duplicates removed", f"{statistics.near_duplicates_removed:,}"


def _said(value: object) -> str:
    return "not given" if value is None else str(value)
