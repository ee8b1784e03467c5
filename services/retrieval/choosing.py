"""The owner's say in which anchors there are."""

from __future__ import annotations

from services.retrieval.anchor_repository import Anchors
from services.retrieval.repository import Tombstones
from shared.contracts.retrieval import Anchor, AnchorChoice
from shared.database import Database
from shared.errors import Conflict

#: Anchors of a persona: more than the ten that may be asked for, since some fall out for being examples as well.
ANCHORS = 24


async def anchors(database: Database, persona: str) -> list[Anchor]:
    """The anchors of a persona: the pinned ones, the last one first, then the chosen ones, the best first."""
    async with database.transaction() as session:
        of_persona = Anchors(session, persona)
        return [*await of_persona.pinned(), *await of_persona.chosen()][:ANCHORS]


async def dropped(database: Database, persona: str) -> list[Anchor]:
    async with database.transaction() as session:
        return await Anchors(session, persona).dropped()


async def choose(database: Database, persona: str, exchange: str, choice: AnchorChoice) -> list[Anchor]:
    """Pin an exchange, or drop it for good. The answer is the anchors that there are then.

    Raises:
        NotFound: no such exchange is indexed.
        Conflict: it is held out to evaluate the persona on, or there are as many pins as anchors.
    """
    async with database.transaction() as session:
        await Tombstones(session).hold_off()
        of_persona = Anchors(session, persona)
        row = await of_persona.exchange(exchange)
        if choice is AnchorChoice.PINNED:
            if row.held_out:
                raise Conflict(f"{exchange} is held out: the persona is measured by how it answers there.")
            if await of_persona.count_pinned(besides=exchange) >= ANCHORS:
                raise Conflict(f"{ANCHORS} anchors are pinned already.", hint="Unpin one: anselm anchors unpin ID")
        await of_persona.note(row, choice)
    return await anchors(database, persona)


async def take_back(database: Database, persona: str, exchange: str) -> list[Anchor]:
    """Forget that an exchange was pinned or dropped. It is an anchor again when it is chosen."""
    async with database.transaction() as session:
        await Anchors(session, persona).take_back(exchange)
    return await anchors(database, persona)
