"""The report of a dataset: one page that needs no server, no script and no other file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from services.ingest.dataset.leaving import REASONS, left_out
from services.ingest.dataset.palette import DARK, LIGHT, Palette
from services.ingest.dataset.splits import SPLITS
from shared.contracts.ingest import DatasetStatistics, SplitProof

FILE = "report.html"
PAGE = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))
USES = {"train": "to train on", "val": "to validate", "test": "to test"}


@dataclass(frozen=True)
class Version:
    """What a report is about.

    Args:
        settings: what the dataset was asked for with.
    """

    name: str
    persona: str
    version: int
    system_prompt: str
    settings: Mapping[str, Any]
    statistics: DatasetStatistics


def write_report(folder: Path, version: Version) -> None:
    """Write ``report.html``, with the plots that are in the folder in it."""
    statistics = version.statistics
    page = PAGE.substitute(
        name=escape(version.name),
        persona=escape(version.persona),
        version=version.version,
        sentence=_sentence(statistics),
        light=_variables(LIGHT),
        dark=_variables(DARK),
        figures="\n".join(
            f"<div><dd>{value}</dd><dt>{name}</dt></div>" for name, value in _figures(version.statistics)
        ),
        sections="\n".join(_sections(folder, version)),
    )
    (folder / FILE).write_text(page, encoding="utf-8")


def _sentence(statistics: DatasetStatistics) -> str:
    months = list(statistics.months)
    span = f" from {months[0]} to {months[-1]}" if len(months) > 1 else f" of {months[0]}" if months else ""
    chats = len(statistics.chats)
    return f"Replies{span}, out of {chats:,} chat{'s' * (chats != 1)}."


def _figures(statistics: DatasetStatistics) -> Iterable[tuple[str, str]]:
    splits = statistics.splits.values()
    examples = sum(split.examples for split in splits)
    yield "examples", f"{examples:,}"
    yield "conversations", f"{sum(split.threads for split in splits):,}"
    yield "words and marks in replies", f"{sum(split.reply_tokens for split in splits):,}"
    weights = [split.examples / max(1, examples) for split in splits]
    bubbles = sum(weight * split.bubbles_mean for weight, split in zip(weights, splits, strict=True))
    characters = sum(weight * split.reply_characters_mean for weight, split in zip(weights, splits, strict=True))
    yield "messages a reply", f"{bubbles:.2f}"
    yield "characters a reply", f"{characters:,.0f}"
    yield "replies with emoji", _percent(statistics.replies_with_emoji, examples)


def _sections(folder: Path, version: Version) -> Iterable[str]:
    statistics = version.statistics
    examples = sum(split.examples for split in statistics.splits.values())
    yield _section("The split", "A conversation is on one side, and stays there in every later version.")
    yield _splits(statistics)
    if statistics.proof:
        yield _proof(statistics.proof)
    yield _figure(folder, "chats", "Examples by chat", "Each gives each side its share. The largest are on top.")
    yield _figure(folder, "months", "Examples by month", "So does every time: old habits are tested as new ones.")
    yield _section("The voice", "How the owner writes, over all sides.")
    yield _figure(folder, "lengths", "Replies by their length in words", _about_lengths(statistics, examples))
    yield _figure(folder, "bubbles", "Replies by number of messages", _about_bubbles(statistics, examples))
    yield _figure(folder, "hours", "Replies by the hour of the day", _about_hours(statistics, examples))
    yield _figure(folder, "languages", "Replies by language", _about_languages(statistics, examples))
    yield _emoji(statistics, examples)
    yield _section("What is not in it", "Messages, and examples that would have spoiled the split, by reason.")
    if left_out(statistics):
        yield _figure(folder, "withheld", "Left out, by reason", _about_left_out(statistics))
    else:
        yield "<p>Nothing was left out.</p>"
    yield _section("How it was made", "")
    yield _table((), [(name, _said(value)) for name, value in version.settings.items()])
    yield f"<h2>The system prompt</h2><p>{escape(version.system_prompt)}</p>"


def _section(title: str, text: str) -> str:
    return f"<h2>{title}</h2>" + (f'<p class="soft">{text}</p>' if text else "")


def _splits(statistics: DatasetStatistics) -> str:
    whole = sum(split.examples for split in statistics.splits.values())
    rows = [
        (
            f"{USES[name]} <span class=soft>({name})</span>",
            f"{split.examples:,}",
            _percent(split.examples, whole),
            f"{split.threads:,}",
            f"{split.reply_tokens:,}",
            f"{split.bubbles_mean:.2f}",
        )
        for name in SPLITS
        if (split := statistics.splits[name])
    ]
    return _table(("side", "examples", "share", "conversations", "words", "messages a reply"), rows)


def _proof(proof: SplitProof) -> str:
    facts = (
        ("Examples near one of another side (5-grams, Jaccard 0.8 or more)", proof.near_duplicates),
        ("Messages that stand on two sides", proof.shared_messages),
        ("Replies that were on another side in an earlier version", proof.moved),
    )
    rows = [(text, f'<span class="{"bad" if count else "good"}">{count:,}</span>') for text, count in facts]
    more = (
        f"Counted again over the examples. So that it is so, {proof.left_out_repeated:,} repeated examples and "
        f"{proof.left_out_elsewhere:,} that were on another side before were left out."
    )
    return _table(("proof", "found"), rows) + f'<p class="soft">{more}</p>'


def _emoji(statistics: DatasetStatistics, examples: int) -> str:
    if not statistics.emoji:
        return "<p>No reply has an emoji.</p>"
    items = "".join(f"<li>{escape(sign)}<b>{count:,}</b></li>" for sign, count in statistics.emoji.items())
    share = _percent(statistics.replies_with_emoji, examples)
    return (
        f'<figure><ul class="emoji">{items}</ul><figcaption><strong>Emoji.</strong> {share} of the replies have one; '
        f"these are the most frequent.</figcaption></figure>"
    )


def _figure(folder: Path, plot: str, title: str, caption: str) -> str:
    image = _inline(folder / "plots" / f"{plot}.png")
    return (
        f'<figure><img src="{image}" alt="{title}. {caption}">'
        f"<figcaption><strong>{title}.</strong> {caption}</figcaption></figure>"
    )


def _inline(file: Path) -> str:
    return f"data:image/png;base64,{b64encode(file.read_bytes()).decode()}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        numbers = ' class="n"' if head else ' class="said"'
        return "".join(f"<{tag}{numbers if place else ''}>{cell}</{tag}>" for place, cell in enumerate(row))

    top = f"<thead><tr>{cells(head, 'th')}</tr></thead>" if head else ""
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _about_lengths(statistics: DatasetStatistics, examples: int) -> str:
    short = sum(statistics.reply_length_histogram.get(name, 0) for name in ("1", "2", "3-4"))
    return f"{_percent(short, examples)} of the replies have four words or fewer."


def _about_bubbles(statistics: DatasetStatistics, examples: int) -> str:
    return (
        f"{_percent(examples - statistics.bubbles.get('1', 0), examples)} of the replies are sent in several messages."
    )


def _about_hours(statistics: DatasetStatistics, examples: int) -> str:
    night = sum(count for hour, count in statistics.hours.items() if hour < "06")
    return f"{_percent(night, examples)} are written between midnight and six, in UTC."


def _about_languages(statistics: DatasetStatistics, examples: int) -> str:
    if not statistics.languages:
        return "There is no reply."
    first, count = next(iter(statistics.languages.items()))
    return f"Most often {escape(first)}, with {_percent(count, examples)}; <em>other</em> is too short to tell."


def _about_left_out(statistics: DatasetStatistics) -> str:
    found = left_out(statistics)
    why, count = next(iter(found.items()))
    return f"{sum(found.values()):,} in all, most often: {escape(REASONS.get(why, why))} ({count:,})."


def _said(value: object) -> str:
    if value is None:
        return '<span class="soft">not given</span>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape("yes" if value is True else "no" if value is False else str(value))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0%"


def _variables(palette: Palette) -> str:
    good, bad = palette.sides[2], palette.bad
    return (
        f"--paper: {palette.paper}; --ink: {palette.ink}; --soft: {palette.soft}; --line: {palette.line}; "
        f"--good: {good}; --bad: {bad};"
    )
