"""What an import did, in tables and bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.columns import draw, every_month
from cli.console import out, table
from shared.charts import Chart, draw_bars
from shared.contracts.ingest import Import, ImportReport

#: Chats that are shown one by one.
MOST = 15


def print_short(done: Import) -> None:
    """What became of every message, and the first examples of what was refused."""
    rows = [(what, f"{count:,}") for what, count in _totals(done.report)]
    table(f"{done.filename}, owner {done.owner}", ("what", "messages"), rows)
    if done.report.refused_examples:
        out.print()
        examples = [(e.reason, e.chat, e.message_id, e.field) for e in done.report.refused_examples]
        table("refused, for example", ("reason", "chat", "message", "field"), examples)


def print_full(done: Import, names: Mapping[int, str | None]) -> None:
    """The same with what happened in chats, the chats with the most messages, and messages by month.

    Args:
        names: of chats by id, as far as they are to be shown.
    """
    report = done.report
    out.print(f"import {done.id} from {done.source}: {done.state}, {done.created_at:%Y-%m-%d %H:%M}", markup=False)
    if done.error:
        out.print(done.error, markup=False)
    print_short(done)
    if report.service_by:
        out.print()
        table("service messages", ("what happened", "messages"), _most(report.service_by))
    if report.by_chat:
        _print_chats(report, names)
    if report.by_month:
        out.print("\nmessages by month, in UTC")
        for line in draw(report.by_month):
            out.print(line, markup=False)


def plot(done: Import) -> str:
    """Messages by month as an SVG document."""
    counts = every_month(done.report.by_month)
    return draw_bars(Chart(f"{done.filename}: messages by month", "month (UTC)", "messages", counts))


def _totals(report: ImportReport) -> Iterator[tuple[str, int]]:
    yield from (("chats", report.chats), ("messages read", report.read), ("new", report.new))
    yield from (("changed", report.changed), ("unchanged", report.unchanged), ("service messages", report.service))
    yield from (("media only", report.media_only), ("yours", report.from_owner))
    if report.deleted:
        yield "deleted at Telegram, and now here", report.deleted
    if report.topics:
        yield "topics", report.topics
    yield from ((f"refused: {reason}", count) for reason, count in sorted(report.refused.items()))
    yield from ((f"masked: {kind}", count) for kind, count in sorted(report.masked.items()))


def _print_chats(report: ImportReport, names: Mapping[int, str | None]) -> None:
    out.print()
    rows = [(chat, names.get(int(chat)), count) for chat, count in _most(report.by_chat)]
    shown = rows[:MOST] if names else [(chat, count) for chat, _, count in rows[:MOST]]
    table("chats with the most messages", ("chat", "name", "messages") if names else ("chat", "messages"), shown)
    if len(rows) > MOST:
        out.print(f"and {len(rows) - MOST:,} more chats")


def _most(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, f"{count:,}") for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
