"""A dataset version, from consented clean messages to a folder: choose, read, split, thin out, write, record."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaners import cleaner_now, first_name
from services.ingest.dataset.balance import Balance
from services.ingest.dataset.canaries import draw_canaries, planted_examples
from services.ingest.dataset.files import lineage_rows, write_examples, write_statistics
from services.ingest.dataset.portions import LISTED, Portion, PortionWriter
from services.ingest.dataset.report import Version, write_report
from services.ingest.dataset.second_line import SecondLine
from services.ingest.dataset.sides import Sided, split
from services.ingest.dataset.splits import SPLITS
from services.ingest.dataset.statistics import describe
from services.ingest.drawing import drawing
from services.ingest.gathering import Gathered, gather
from services.ingest.keys import Keys
from services.ingest.repository.consents import Consents
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.people import People
from services.ingest.repository.sides import Sides
from services.ingest.sources import Source, choose_source
from services.ingest.stage import Stage
from shared.artifacts import ArtifactStore
from shared.canaries import Canaries
from shared.contracts.ingest import DatasetRequest, DatasetStatistics, Purpose
from shared.contracts.jobs import JobState
from shared.errors import AnselmError, Conflict, Invalid, PrivateText, Unavailable
from shared.system_prompt import template_for


async def request_dataset(session: AsyncSession, keys: Keys, request: DatasetRequest) -> models.Dataset:
    """Record the next version, to be built.

    Raises:
        NotFound: there is no history, or a chat is unknown.
        Conflict: a version of this persona is being built, or the chats belong to several accounts.
        ConsentMissing: the owner or every contact has agreed to nothing.
    """
    source = await choose_source(session, keys, request)
    if building := await Datasets(session).building(request.persona):
        raise Conflict(f"{building} is being built.", hint="Wait for it: GET /v1/jobs/" + building)
    people = {person.id: person for person in await People(session, keys).all()}
    name = first_name(people[source.owner].profile)
    prompt = request.system_prompt or template_for(name)
    return await Datasets(session).add(request.persona, source.account, request.model_dump(mode="json"), prompt)


async def build_dataset(stage: Stage, name: str) -> None:
    """Build a recorded version. Repeating it after a kill starts over; an ended one is left alone."""
    async with stage.database.transaction() as session:
        row = await Datasets(session).get(name)
        if JobState(row.state).ended:
            if row.state == JobState.FAILED:
                ArtifactStore(stage.settings.datasets).remove(name)
            return
        await Datasets(session).begin(name)
    try:
        await _build(stage, row, DatasetRequest.model_validate(row.request))
    except Unavailable:
        raise
    except AnselmError as error:
        await fail_dataset(stage, name, str(error))


async def fail_dataset(stage: Stage, name: str, error: str) -> None:
    async with stage.database.transaction() as session:
        await Datasets(session).fail(name, error)
    stage.progress.fail(error)


async def _build(stage: Stage, row: models.Dataset, request: DatasetRequest) -> None:
    store = ArtifactStore(stage.settings.datasets)
    with store.scratch(row.name) as portions:
        source, gathered = await _gather(stage, row, request, portions)
        await _look_again(stage, row, gathered)
        stage.progress.stage("splitting", total=len(gathered.portions), unit="chats")
        sided = split(gathered.portions, Balance(request.emoji_only, request.brief_share, request.chat_examples))
        canaries = draw_canaries(secrets.token_hex(16), request.canaries, request.canary_repeats)
        statistics = _counted(describe(sided, canaries), gathered)
        _check(statistics, gathered, stage.settings.min_examples)
        stage.progress.stage("saving", total=None, unit="examples")
        digest = await _save(stage, row, request, sorted(source.types), portions, sided, canaries, statistics)
        async with stage.database.transaction() as session:
            datasets = Datasets(session)
            if JobState((await datasets.get(row.name, lock=True)).state).ended:
                store.remove(row.name)
                raise Conflict("Somebody was forgotten while the dataset was built.", hint="Build it again.")
            if await Consents(session).allowed(source.account, Purpose.TRAIN) != source.allowed:
                store.remove(row.name)
                raise Conflict("A consent changed while the dataset was built.", hint="Build it again.")
            await datasets.set_lineage(row.name, lineage_rows(portions, sided, row.name))
            await Sides(session).add(source.account, sided.new_replies(gathered.former))
            await datasets.finish(row.name, digest, statistics)
    stage.progress.finish(examples=sum(its.examples for its in statistics.splits.values()))


async def _gather(
    stage: Stage, row: models.Dataset, request: DatasetRequest, portions: Path
) -> tuple[Source, Gathered]:
    async with stage.database.transaction() as session:
        source = await choose_source(session, stage.keys, request)
        people = await People(session, stage.keys).all()
        cleaner = await cleaner_now(session, stage.keys, mask_owner=stage.settings.mask_owner)
        pseudonyms = {person.id: person.pseudonym for person in people}
        owner_name = next(first_name(person.profile) for person in people if person.id == source.owner)
        writer = PortionWriter(
            request, row.system_prompt, source.owner, owner_name, pseudonyms, cleaner, stage.settings.tokenizer_file,
            portions,
        )  # fmt: skip
        gathered = await gather(stage, session, source, writer)
    gathered.measured_by = writer.room.ruler.name
    prompts = {row.system_prompt}.union(*(portion.prompts for portion in gathered.portions))
    if offenders := SecondLine(cleaner).of_prompts(sorted(prompts)):
        gathered.portions.insert(0, Portion(0, offenders=offenders, offending=len(offenders)))
    return source, gathered


def _counted(statistics: DatasetStatistics, gathered: Gathered) -> DatasetStatistics:
    """With what is known of the gathering only."""
    passed_over = {"chat_type": gathered.passed_over} if gathered.passed_over else {}
    left_out = dict(sorted({**statistics.left_out, **passed_over}.items()))
    return statistics.model_copy(update={"left_out": left_out, "measured_by": gathered.measured_by})


def _check(statistics: DatasetStatistics, gathered: Gathered, least: int) -> None:
    """
    Raises:
        Invalid: there is too little to learn from, or to hold out; what is there, and what is needed.
    """
    if not gathered.own:
        raise Invalid(
            "The owner has written nothing in these chats.",
            hint="Name chats that you write in, or say whose export it is: anselm import FILE --owner NAME",
        )
    total = sum(split.examples for split in statistics.splits.values())
    empty = [name for name, split in statistics.splits.items() if split.examples == 0]
    threads = sum(len(portion.threads) for portion in gathered.portions)
    withheld = f"{statistics.withheld_messages:,} messages were withheld for want of consent."
    if total < least:
        raise Invalid(
            f"Only {total} examples, at least {least} are needed, and a voice needs hundreds. {withheld}",
            hint="Import more chats, or record more consents.",
        )
    if empty:
        raise Invalid(
            f"All {total} examples lie in {threads} conversation{'s' * (threads != 1)}, so that "
            f"{', '.join(empty)} would be empty: at least {len(SPLITS)} are needed. {withheld}",
            hint="A conversation has 8 to 40 replies: import more history, or more chats.",
        )


async def _look_again(stage: Stage, row: models.Dataset, gathered: Gathered) -> None:
    """
    Raises:
        PrivateText: a message that is to be learned from is not clean; which ones is in the dataset's row.
    """
    offenders = [offender for portion in gathered.portions for offender in portion.offenders]
    if not offenders:
        return
    async with stage.database.transaction() as session:
        await Datasets(session).stop(row.name, offenders[:LISTED])
    kinds = ", ".join(sorted({kind for offender in offenders for kind in offender.kinds}))
    raise PrivateText(
        f"{sum(portion.offending for portion in gathered.portions):,} examples hold something private: {kinds}.",
        hint="Clean again: anselm lists apply. What it leaves, deny or allow: anselm lists add. "
        f"Which messages: anselm dataset show {row.name}",
    )


async def _save(
    stage: Stage,
    row: models.Dataset,
    request: DatasetRequest,
    chats: list[int],
    portions: Path,
    sided: Sided,
    canaries: Canaries,
    statistics: DatasetStatistics,
) -> str:
    store = ArtifactStore(stage.settings.datasets)
    store.remove(row.name)  # of a build that was killed after its files and before its row
    settings = request.model_dump(mode="json")
    manifest = {
        "kind": "dataset",
        "persona": row.persona,
        "version": row.version,
        "settings": settings,
        "canaries": len(canaries.canaries),
    }
    manifest |= {"system_prompt": row.system_prompt, "chats": chats}
    with store.write(row.name, manifest) as folder:
        write_statistics(folder, statistics, canaries)
        async with drawing(folder) if stage.settings.dataset_plots else nullcontext():
            write_examples(folder, portions, sided, planted_examples(canaries, row.system_prompt))
        if stage.settings.dataset_plots:
            version = Version(row.name, row.persona, row.version, row.system_prompt, settings, statistics)
            write_report(folder, version)
    return str(store.manifest(row.name)["digest"])
