"""`anselm anchors list | find | pin | drop | unpin`: the replies that show the owner's voice best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from cli.console import Json, Persona, document, say, table
from cli.services import Services, call
from shared.contracts.retrieval import Anchor, AnchorChoice, Hit, SearchRequest

app = typer.Typer()
anchors = typer.Typer(no_args_is_help=True, help="The replies that show your voice best.")
app.add_typer(anchors, name="anchors")

Ids = Annotated[list[str], typer.Argument(help="Ids, as list and find show them.")]


@anchors.command("list")
def list_(
    persona: Persona = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Those that were dropped, instead.")] = False,
    as_json: Json = False,
) -> None:
    """List the anchors, in the order in which replies use them."""

    async def work(services: Services, persona: str) -> list[Anchor]:
        known = services.retrieval.dropped_anchors if dropped else services.retrieval.anchors
        return await known(persona)

    _print(call(work, persona), as_json)


@anchors.command()
def find(
    words: Annotated[str, typer.Argument(help="What it was about.")],
    persona: Persona = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 10,
    as_json: Json = False,
) -> None:
    """Find past exchanges, to pin one of them."""

    async def work(services: Services, persona: str) -> list[Hit]:
        return await services.retrieval.search(SearchRequest(persona=persona, query=words, k=limit))

    found = call(work, persona)
    if as_json:
        document(found)
    else:
        table("", ("id", "said", "answered"), [(hit.id, hit.context, hit.reply) for hit in found])


@anchors.command()
def pin(ids: Ids, persona: Persona = None, as_json: Json = False) -> None:
    """Make exchanges anchors for good, before all others."""
    _print(call(lambda services, persona: _choose(services, persona, ids, AnchorChoice.PINNED), persona), as_json)


@anchors.command()
def drop(ids: Ids, persona: Persona = None, as_json: Json = False) -> None:
    """Never use exchanges as anchors again. The next indexing chooses others in their place."""
    _print(call(lambda services, persona: _choose(services, persona, ids, AnchorChoice.DROPPED), persona), as_json)


@anchors.command()
def unpin(ids: Ids, persona: Persona = None, as_json: Json = False) -> None:
    """Take back that exchanges were pinned, or dropped."""
    _print(call(lambda services, persona: _choose(services, persona, ids, None), persona), as_json)


async def _choose(services: Services, persona: str, ids: Sequence[str], choice: AnchorChoice | None) -> list[Anchor]:
    """Say the same of each; the first that was named comes first among those that are pinned."""
    for id_ in reversed(ids):
        if choice is None:
            await services.retrieval.unchoose_anchor(persona, id_)
        else:
            await services.retrieval.choose_anchor(persona, id_, choice)
    return await services.retrieval.anchors(persona)


def _print(found: list[Anchor], as_json: bool) -> None:
    if as_json:
        document(found)
        return
    rows = [(anchor.id, anchor.state, anchor.context, anchor.reply) for anchor in found]
    table("", ("id", "", "said", "answered"), rows, empty="None. Indexing chooses them: anselm index")
    if found:
        say("Better ones? anselm anchors find WORDS, anselm anchors pin ID, anselm anchors drop ID")
