"""`anselm review`: what was masked, before and after. `anselm lists`: what is always masked, and what never."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Annotated

import typer
from rich.text import Text

from cli.console import Json, document, out, say, table
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.jobs import Job
from shared.contracts.privacy import ListName, Phrase, Review, ReviewSample

app = typer.Typer()
lists = typer.Typer(no_args_is_help=True, help="What is always masked, and what never.")
app.add_typer(lists, name="lists")

List = Annotated[ListName, typer.Argument(help="allow: never masked; deny: always.")]
Words = Annotated[list[str], typer.Argument(help="Phrases as they stand in messages; whole words, in any case.")]
PIECE = re.compile(r"\w+|\W")
HINTS = """\
What should not have been masked: anselm review --allow "THE WORDS"
What else should be: anselm review --deny "THE WORDS"
Both clean what is stored again with: anselm lists apply"""


@app.command("review")
def review(
    kind: Annotated[str | None, typer.Option(help="Only messages with this kind masked, such as phone.")] = None,
    chat: Annotated[int | None, typer.Option(help="Only messages of the chat with this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many messages.")] = 20,
    raw: Annotated[bool, typer.Option("--raw", help="Show what was written, too.")] = False,
    allow: Annotated[list[str] | None, typer.Option(help="Never mask this phrase.")] = None,
    deny: Annotated[list[str] | None, typer.Option(help="Always mask this phrase.")] = None,
    as_json: Json = False,
) -> None:
    """Show messages in which something was masked, evenly of every kind, the newest first."""

    async def work(services: Services, _: str) -> Review:
        for name, phrases in ((ListName.ALLOW, allow), (ListName.DENY, deny)):
            if phrases:
                await services.ingest.add_phrases(name, phrases)
        return await services.ingest.review(kind=kind, chat=chat, limit=limit, raw=raw)

    found = call(work)
    if as_json:
        document(found)
        return
    table("masked", ("kind", "strings"), found.counts.items(), empty="Nothing was masked.")
    for sample in found.samples:
        _print(sample)
    if allow or deny:
        say("Noted. Clean what is stored again with: anselm lists apply")
    elif found.samples:
        say(HINTS)


@lists.command()
def show(name: List, as_json: Json = False) -> None:
    """Show a list."""
    _print_list(call(lambda services, _: services.ingest.phrases(name)), as_json)


@lists.command()
def add(name: List, phrase: Words, as_json: Json = False) -> None:
    """Add phrases to a list."""
    _print_list(call(lambda services, _: services.ingest.add_phrases(name, phrase)), as_json)


@lists.command()
def remove(name: List, phrase: Words, as_json: Json = False) -> None:
    """Take phrases from a list."""
    _print_list(call(lambda services, _: services.ingest.remove_phrases(name, phrase)), as_json)


@lists.command()
def apply(as_json: Json = False) -> None:
    """Clean every stored message again that was cleaned with other lists."""
    done = call(lambda services, _: run(services))
    if as_json:
        document(done)
    else:
        out.print(f"{done.detail.get('cleaned', 0):,} messages were cleaned again.")
        say("Datasets and the index have them with the next: anselm dataset build, anselm index")


async def run(services: Services) -> Job:
    """Clean again and wait for it."""
    return await follow(services.ingest, (await services.ingest.apply_lists()).id, "Cleaning")


def marked(text: str, other: str) -> Text:
    """A text with what it does not share with another one made to stand out."""
    mine, theirs = PIECE.findall(text), PIECE.findall(other)
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    return Text.assemble(*_styled(mine, blocks))


def _styled(pieces: list[str], blocks: Sequence[tuple[str, int, int, int, int]]) -> Iterator[tuple[str, str]]:
    for change, start, end, *_ in blocks:
        yield "".join(pieces[start:end]), "" if change == "equal" else "bold reverse"


def _print(sample: ReviewSample) -> None:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sample.masked.items())
    out.print(Text(f"\n{sample.chat}:{sample.message}  {sample.at:%Y-%m-%d %H:%M}  {kinds}", style="dim"))
    if sample.before is None:
        out.print(Text(sample.after))
        return
    out.print(Text("- ").append_text(marked(sample.before, sample.after)))
    out.print(Text("+ ").append_text(marked(sample.after, sample.before)))


def _print_list(phrases: list[Phrase], as_json: bool) -> None:
    if as_json:
        document(phrases)
    else:
        rows = [(entry.phrase, f"{entry.added_at:%Y-%m-%d %H:%M}") for entry in phrases]
        table("", ("phrase", "added"), rows, empty="Nothing is on this list.")
