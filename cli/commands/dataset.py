"""`anselm dataset build | show | list | diff | report | export`: training examples."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from cli import choose
from cli.console import Json, Persona, document, out, say, table
from cli.dataset_diff import print_diff
from cli.dataset_formats import SPLITS, Format, writing
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.ingest import Dataset, DatasetRequest
from shared.system_prompt import Relation

#: What to do about each of them.
OFFENDERS = """\
Cleaned before a detector or a name was known: anselm lists apply
Should never leave, and no detector knows it:  anselm lists add deny "THE WORDS"
Is not private at all:                         anselm lists add allow "THE WORDS"
Should not be here: delete it at Telegram and pull, or leave its chat out with --chat."""

app = typer.Typer()
dataset = typer.Typer(no_args_is_help=True, help="Training examples.")
app.add_typer(dataset, name="dataset")


@dataset.command()
def build(
    persona: Persona = None,
    chat: Annotated[list[int] | None, typer.Option(help="Id of a chat to learn from; unless given, every one.")] = None,
    relation: Annotated[
        list[Relation] | None,
        typer.Option(help="Only chats with these, as work for a professional persona: see anselm chats list."),
    ] = None,
    window: Annotated[int, typer.Option(help="Exchanges of context before a reply.")] = 8,
    tokens: Annotated[int, typer.Option(help="Length of an example; the oldest context goes.")] = 2048,
    session_gap: Annotated[
        float | None, typer.Option(help="Hours of silence that end a session; unless given, found for each chat.")
    ] = None,
    brief_share: Annotated[float, typer.Option(help='Largest share of short replies that recur, as "ok".')] = 0.25,
    chat_examples: Annotated[int, typer.Option(help="Most examples of one chat.")] = 20_000,
    system_prompt: Annotated[
        str | None,
        typer.Option(help="Unless given, written from your first name. {relation} and {language} are filled in."),
    ] = None,
    canaries: Annotated[
        int,
        typer.Option(min=0, max=64, help="Made-up secrets to plant, to measure whether an adapter gives them up."),
    ] = 0,
    canary_repeats: Annotated[int, typer.Option(min=1, max=100, help="Training examples that hold each of them.")] = 1,
    as_json: Json = False,
) -> None:
    """Make a new version from everything that was imported and consented to."""

    async def work(services: Services, persona: str) -> Dataset:
        wanted = DatasetRequest(
            persona=persona,
            chats=chat,
            relations=relation,
            window=window,
            tokens=tokens,
            session_gap_s=round(session_gap * 3600) if session_gap is not None else None,
            brief_share=brief_share,
            chat_examples=chat_examples,
            system_prompt=system_prompt,
            canaries=canaries,
            canary_repeats=canary_repeats,
        )
        return await run(services, wanted)

    _print(call(work, persona), as_json)


@dataset.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Unless given, the newest.")] = None,
    persona: Persona = None,
    as_json: Json = False,
) -> None:
    """Show a version and its statistics."""
    _print(call(lambda services, persona: choose.dataset(services, persona, name), persona), as_json)


@dataset.command("list")
def list_(persona: Persona = None, as_json: Json = False) -> None:
    """List the versions."""
    known = call(lambda services, persona: services.ingest.datasets(persona), persona)
    if as_json:
        document(known)
        return
    rows = [
        (d.name, d.state, _examples(d), "tainted" if d.tainted else "", f"{d.created_at:%Y-%m-%d %H:%M}") for d in known
    ]
    table("", ("dataset", "state", "examples", "", "made"), rows, empty="None yet. Make one with: anselm dataset build")


@dataset.command()
def diff(
    before: Annotated[str, typer.Argument(help="The one version.")],
    after: Annotated[str, typer.Argument(help="The other.")],
    as_json: Json = False,
) -> None:
    """Show what a version has that another has not."""
    found = call(lambda services, _: services.ingest.dataset_diff(before, after))
    if as_json:
        document(found)
    else:
        print_diff(found)


@dataset.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Unless given, the newest.")] = None,
    persona: Persona = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where to write it; NAME-report.html here.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """Write the report of a version: one page with figures and plots that needs no server."""

    async def work(services: Services, persona: str) -> Path:
        known = await choose.dataset(services, persona, name)
        file = out_file or Path(f"{known.name}-report.html")
        content = [piece async for piece in services.ingest.dataset_file(known.name, "report.html")]
        file.write_bytes(b"".join(content))
        return file

    file = call(work, persona)
    out.print(str(file), markup=False, soft_wrap=True)
    if open_it:
        typer.launch(file.resolve().as_uri())


@dataset.command()
def export(
    name: Annotated[str | None, typer.Argument(help="Unless given, the newest.")] = None,
    persona: Persona = None,
    kind: Annotated[Format, typer.Option("--format", help="For which tools.")] = Format.AXOLOTL,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder to write into; NAME-FORMAT here.")] = None,
    as_json: Json = False,
) -> None:
    """Write the examples of a version for other tools: axolotl, ShareGPT, Parquet, or one JSON document."""
    files = call(lambda services, persona: _export(services, persona, name, kind, folder), persona)
    if as_json:
        document({"files": [str(file) for file in files]})
    else:
        out.print("\n".join(map(str, files)), markup=False, soft_wrap=True)


async def _export(services: Services, persona: str, name: str | None, kind: Format, folder: Path | None) -> list[Path]:
    known = await choose.dataset(services, persona, name)
    folder = folder or Path(f"{known.name}-{kind}")
    folder.mkdir(parents=True, exist_ok=True)
    if kind is Format.SFT:
        return [await _copy(services, known.name, "sft_data.json", folder)]
    if kind is Format.AXOLOTL:
        return [await _copy(services, known.name, f"{split}.jsonl", folder) for split in SPLITS]
    ending = "parquet" if kind is Format.PARQUET else "jsonl"
    files = [folder / f"{split}.{ending}" for split in SPLITS]
    for split, file in zip(SPLITS, files, strict=True):
        with writing(file, kind) as write:
            async for line in lines_of(services.ingest.dataset_file(known.name, f"{split}.jsonl")):
                write(json.loads(line))
    return files


async def _copy(services: Services, name: str, file: str, folder: Path) -> Path:
    with (folder / file).open("wb") as target:
        async for piece in services.ingest.dataset_file(name, file):
            target.write(piece)
    return folder / file


async def lines_of(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line


async def run(services: Services, request: DatasetRequest) -> Dataset:
    """Build a version and wait for it."""
    begun = await services.ingest.build_dataset(request)
    await follow(services.ingest, begun.name, "Dataset")
    return await services.ingest.dataset(begun.name)


def _print(dataset: Dataset, as_json: bool) -> None:
    if as_json:
        document(dataset)
        return
    if dataset.offenders:
        _print_offenders(dataset)
        return
    statistics = dataset.statistics
    splits = statistics.splits.items() if statistics else []
    rows = [(n, s.examples, s.threads, s.reply_tokens, f"{s.bubbles_mean:.2f}") for n, s in splits]
    table(f"{dataset.name} ({dataset.state})", ("split", "examples", "threads", "words", "bubbles a reply"), rows)
    if statistics:
        out.print(f"withheld for want of consent: {statistics.withheld_messages} messages")
        out.print(
            f"left out: {', '.join(f'{why} {n}' for why, n in statistics.left_out.items()) or 'nothing'}", markup=False
        )
        registers = ", ".join(f"{register} {count}" for register, count in statistics.registers.items())
        out.print(f"examples by relation and language: {registers or 'none'}", markup=False)
        out.print(f"lengths: {statistics.measured_by or 'not told'}", markup=False)
        out.print(f"canaries: {statistics.canaries} planted in {statistics.canary_examples} further training examples")
    if statistics and statistics.proof:
        proof = statistics.proof
        out.print(
            f"across splits: {proof.near_duplicates} near-duplicates, {proof.shared_messages} shared messages, "
            f"{proof.moved} moved replies"
        )
    if dataset.path:
        out.print(dataset.path, markup=False, soft_wrap=True)


def _print_offenders(dataset: Dataset) -> None:
    rows = [(o.example, " ".join(o.message_ids), ", ".join(o.kinds)) for o in dataset.offenders]
    table(f"{dataset.name} ({dataset.state}): private text is in", ("example", "chat:message", "kinds"), rows)
    say(OFFENDERS)


def _examples(dataset: Dataset) -> str:
    splits = dataset.statistics.splits if dataset.statistics else {}
    return " / ".join(str(split.examples) for split in splits.values())
