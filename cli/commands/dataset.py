"""`anselm dataset build | show | list`: training examples."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import choose
from cli.console import Json, Persona, document, out, say, table
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
    if dataset.path:
        out.print(dataset.path, markup=False, soft_wrap=True)


def _print_offenders(dataset: Dataset) -> None:
    rows = [(o.example, " ".join(o.message_ids), ", ".join(o.kinds)) for o in dataset.offenders]
    table(f"{dataset.name} ({dataset.state}): private text is in", ("example", "chat:message", "kinds"), rows)
    say(OFFENDERS)


def _examples(dataset: Dataset) -> str:
    splits = dataset.statistics.splits if dataset.statistics else {}
    return " / ".join(str(split.examples) for split in splits.values())
