"""A dataset version, from consented clean messages to a folder: choose, read, split, thin out, write, record."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaners import cleaner_now, first_name
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.dataset.addressing import Named, naming
from services.ingest.dataset.balance import Balance, balanced
from services.ingest.dataset.canaries import draw_canaries, planted_examples
from services.ingest.dataset.duplicates import comparable, near_duplicates
from services.ingest.dataset.examples import Room, Style, Window, windows, write_example
from services.ingest.dataset.exchanges import DIALOGUES, Tally, find_exchanges
from services.ingest.dataset.files import write_files
from services.ingest.dataset.lengths import ruler
from services.ingest.dataset.second_line import SecondLine, cleaning_of_joined
from services.ingest.dataset.statistics import describe
from services.ingest.dataset.threads import SPLITS, assign_splits, threads
from services.ingest.keys import Keys
from services.ingest.repository.consented import consented_messages
from services.ingest.repository.consents import Consents
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.history import History
from services.ingest.repository.people import People
from services.ingest.sources import Source, choose_source
from services.ingest.stage import Stage
from shared.artifacts import ArtifactStore
from shared.canaries import Canaries
from shared.contracts.ingest import DatasetRequest, DatasetStatistics, Example, Purpose
from shared.contracts.jobs import JobState
from shared.errors import AnselmError, Conflict, Invalid, PrivateText, Unavailable
from shared.system_prompt import Register, fill, template_for

#: Offenders that are told one by one.
LISTED = 200


@dataclass(frozen=True)
class Material:
    """What was found in the chats, before the split."""

    windows: list[Window]
    tally: Tally
    source: Source
    pseudonyms: dict[int, str]
    cleaner: Cleaner
    joined: Callable[[str], str]
    measured_by: str


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
    material = await _gather(stage, request)
    stage.progress.stage("splitting", total=len(material.windows), unit="examples")
    splits, removed = split(material.windows)
    canaries = draw_canaries(secrets.token_hex(16), request.canaries, request.canary_repeats)
    statistics = describe(splits, material.tally, removed, canaries).model_copy(
        update={"measured_by": material.measured_by, "registers": _registers(splits, material.source)}
    )
    _check(statistics, stage.settings.min_examples)
    written = {w.id: write_example(w, _style(row, material, w)) for w in material.windows}
    await _look_again(stage, row, material, written)
    stage.progress.stage("saving", total=len(material.windows), unit="examples")
    examples = {name: [written[window.id] for window in found] for name, found in splits.items()}
    digest = _save(stage, row, request, sorted(material.source.types), examples, canaries, statistics)
    async with stage.database.transaction() as session:
        datasets = Datasets(session)
        if JobState((await datasets.get(row.name, lock=True)).state).ended:
            ArtifactStore(stage.settings.datasets).remove(row.name)
            raise Conflict("Somebody was forgotten while the dataset was built.", hint="Build it again.")
        if await Consents(session).allowed(material.source.account, Purpose.TRAIN) != material.source.allowed:
            ArtifactStore(stage.settings.datasets).remove(row.name)
            raise Conflict("A consent changed while the dataset was built.", hint="Build it again.")
        await datasets.set_lineage(row.name, list(_lineage(material, splits)))
        await datasets.finish(row.name, digest, statistics)
    stage.progress.finish(examples=sum(len(found) for found in splits.values()))


async def _gather(stage: Stage, request: DatasetRequest) -> Material:
    async with stage.database.transaction() as session:
        source = await choose_source(session, stage.keys, request)
        people = await People(session, stage.keys).all()
        cleaner = await cleaner_now(session, stage.keys, mask_owner=stage.settings.mask_owner)
        counts = await History(session).chat_counts()
        stage.progress.stage("reading", total=len(source.types), unit="chats")
        tally, found = Tally(), list[Window]()
        room = Room(request.window, request.tokens, ruler(stage.settings.tokenizer_file))
        numbers = {person.pseudonym: person.id for person in people}
        name = next(first_name(person.profile) for person in people if person.id == source.owner)
        named = naming(numbers, source.owner, name)
        for done, (chat, kind) in enumerate(source.types.items()):
            if kind in DIALOGUES:
                gap = timedelta(seconds=request.session_gap_s) if request.session_gap_s else None
                of_group = None if kind == "personal_chat" else named
                found += await _read_chat(session, source, chat, gap, of_group, room, tally)
            else:
                tally.left_out["chat_type"] += counts.get((source.account, chat), 0)
            stage.progress.advance(done + 1, examples=len(found))
    pseudonyms = {person.id: person.pseudonym for person in people}
    found = balanced(found, Balance(request.emoji_only, request.brief_share, request.chat_examples), tally)
    joined = cleaning_of_joined(cleaner.lists)
    return Material(found, tally, source, pseudonyms, cleaner, joined, room.ruler.name)


async def _read_chat(
    session: AsyncSession,
    source: Source,
    chat: int,
    gap: timedelta | None,
    named: Named | None,
    room: Room,
    tally: Tally,
) -> list[Window]:
    messages = [message async for message in consented_messages(session, source.account, chat, Purpose.TRAIN)]
    exchanges = find_exchanges(messages, source.owner, gap, tally, named)
    return [window for thread in threads(exchanges) for window in windows(chat, thread, room, tally)]


def split(found: Sequence[Window]) -> tuple[dict[str, list[Window]], int]:
    """Examples by split, without the training examples that repeat a held-out one, and how many those were."""
    sizes: dict[str, int] = {}
    for window in found:
        sizes[window.thread] = sizes.get(window.thread, 0) + 1
    assigned = assign_splits(sizes)
    splits = {name: [window for window in found if assigned[window.thread] == name] for name in SPLITS}
    texts = {window.id: comparable(window.said, window.reply) for window in found}
    held_out = {window.id: texts[window.id] for name in ("val", "test") for window in splits[name]}
    repeated = near_duplicates({window.id: texts[window.id] for window in splits["train"]}, held_out)
    splits["train"] = [window for window in splits["train"] if window.id not in repeated]
    return splits, len(repeated)


def _check(statistics: DatasetStatistics, least: int) -> None:
    total = sum(split.examples for split in statistics.splits.values())
    empty = [name for name, split in statistics.splits.items() if split.examples == 0]
    if total < least or empty:
        lacking = f"; {', '.join(empty)} would be empty" if empty else ""
        raise Invalid(
            f"Only {total} examples, at least {least} are needed{lacking}. "
            f"{statistics.withheld_messages} messages were withheld for want of consent.",
            hint="Import more chats, or record more consents.",
        )


async def _look_again(stage: Stage, row: models.Dataset, material: Material, written: Mapping[str, Example]) -> None:
    """
    Raises:
        PrivateText: a message that is to be learned from is not clean; which ones is in the dataset's row.
    """
    stage.progress.stage("looking again", total=len(material.windows), unit="examples")
    examples = ((window, written[window.id]) for window in material.windows)
    offenders = SecondLine(material.cleaner).offenders(row.system_prompt, examples)
    if not offenders:
        return
    async with stage.database.transaction() as session:
        await Datasets(session).stop(row.name, offenders[:LISTED])
    kinds = ", ".join(sorted({kind for offender in offenders for kind in offender.kinds}))
    raise PrivateText(
        f"{len(offenders)} examples hold something private: {kinds}.",
        hint="Clean again: anselm lists apply. What it leaves, deny or allow: anselm lists add. "
        f"Which messages: anselm dataset show {row.name}",
    )


def _save(
    stage: Stage,
    row: models.Dataset,
    request: DatasetRequest,
    chats: list[int],
    examples: Mapping[str, list[Example]],
    canaries: Canaries,
    statistics: DatasetStatistics,
) -> str:
    store = ArtifactStore(stage.settings.datasets)
    store.remove(row.name)  # of a build that was killed after its files and before its row
    manifest = {
        "kind": "dataset",
        "persona": row.persona,
        "version": row.version,
        "settings": request.model_dump(mode="json"),
        "canaries": len(canaries.canaries),
    }
    manifest |= {"system_prompt": row.system_prompt, "chats": chats}
    with store.write(row.name, manifest) as folder:
        planted = planted_examples(canaries, row.system_prompt)
        write_files(folder, row.name, {**examples, "train": examples["train"] + planted}, canaries, statistics)
    return str(store.manifest(row.name)["digest"])


def _style(row: models.Dataset, material: Material, window: Window) -> Style:
    group = material.source.types[window.chat] != "personal_chat"
    prompt = fill(row.system_prompt, _register(window, material.source))
    return Style(prompt, group, material.pseudonyms, material.joined)


def _register(window: Window, source: Source) -> Register:
    return Register(source.relations[window.chat], window.language)


def _registers(splits: Mapping[str, Sequence[Window]], source: Source) -> dict[str, int]:
    """Examples by relation and language, as ``family ru``."""
    spoken = Counter(_register(window, source) for found in splits.values() for window in found)
    return {f"{register.relation} {register.language}": count for register, count in spoken.most_common()}


def _lineage(material: Material, splits: Mapping[str, Sequence[Window]]) -> Sequence[dict[str, Any]]:
    return [
        {
            "id": window.id,
            "split": name,
            "chat_id": window.chat,
            "message_ids": [message.id for message in window.messages],
            "people": sorted({message.sender for message in window.messages}),
        }
        for name, found in splits.items()
        for window in found
    ]
