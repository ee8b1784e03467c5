"""Unknown names are looked for before anything is cleaned, by a process that ends with its answer."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Collection
from pathlib import Path

import orjson

from services.ingest.cleaners import known_words
from services.ingest.cleaning.found import Found, Reading
from services.ingest.crew import CHECKOUT
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.found_names import FoundNames
from services.ingest.repository.people import People
from services.ingest.repository.tombstones import Tombstones
from services.ingest.stage import Stage
from services.ingest.telegram.survey import Survey
from shared.errors import Unavailable


async def recognise(stage: Stage, folder: Path, survey: Survey) -> None:
    """Read what the survey took, and store what its words are read as. Repeating it adds nothing.

    Raises:
        Unavailable: the process ended, as one does when memory is short.
    """
    if not survey.accepted:
        return
    stage.progress.stage("finding names", total=survey.accepted, unit="messages")
    async with stage.database.transaction() as session:
        everyone = await People(session, stage.keys).all()
        owners = set((await Accounts(session).owners()).values())
        forgotten = await Tombstones(session, stage.keys).book()
        decided = {one.word for one in await FoundNames(session, stage.keys).all()}
    known = known_words(everyone, owners, survey.people.values())
    found = await _ask(folder, known, decided)
    if forgotten is not None:  # whose name stays theirs, and becomes nobody else's
        found = [one for one in found if forgotten.bearer(one.word, ()) is None]
    async with stage.database.transaction() as session:
        await FoundNames(session, stage.keys).add(found)


async def _ask(folder: Path, known: Collection[str], decided: Collection[str]) -> list[Found]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.ingest.recognition", stdin=PIPE, stdout=PIPE, cwd=CHECKOUT
    )
    try:
        request = {"folder": str(folder), "known": list(known), "decided": list(decided)}
        answer, _ = await process.communicate(orjson.dumps(request))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Unavailable("A process that finds names has ended.", hint="Is there enough memory?")
    return [Found(word, Reading(reading), like) for word, reading, like in orjson.loads(answer)]
