"""An import, from the uploaded file to clean messages: survey, people, batches, second cleaning, end."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import orjson

from services.ingest.batch import Prepared, begin_report, count_batch, to_row
from services.ingest.cleaners import cleaner_for
from services.ingest.consenting import grant_owner
from services.ingest.pulling.settling import settle
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.imports import Imports
from services.ingest.repository.people import People
from services.ingest.repository.pulls import PULLED
from services.ingest.stage import Stage
from services.ingest.telegram.message import Message
from services.ingest.telegram.owner import Evidence, find_owner
from services.ingest.telegram.survey import Profile, Survey, read_spool, survey_export
from shared.contracts.ingest import ImportReport
from shared.contracts.jobs import JobState
from shared.errors import AnselmError, Invalid, StorageFull, Unavailable
from shared.telemetry import logger

log = logger(__name__)


class TakenOver(Exception):
    """Another worker has moved the cursor of this import."""


async def import_export(stage: Stage, import_id: str) -> None:
    """Run an import to its end. Repeating it goes on where a killed one stopped; an ended one is left alone.

    Raises:
        Unavailable: the database went away; the import is unended and a later call goes on.
    """
    async with stage.database.transaction() as session:
        row = await Imports(session).get(import_id)
    if JobState(row.state).ended:
        return
    folder = stage.settings.uploads / import_id
    try:
        survey = _survey(stage, folder, row.filename)
        prepared = await _prepare(stage, import_id, survey)
        await _write_batches(stage, import_id, folder, survey, prepared)
        await _clean_again(stage, prepared)
        await _finish(stage, import_id, folder, survey)
    except TakenOver:
        log.info("import_taken_over", import_id=import_id)
    except Unavailable:
        raise
    except (AnselmError, OSError) as error:
        await fail_import(stage, import_id, str(_told(error, row.filename)))


async def fail_import(stage: Stage, import_id: str, error: str) -> None:
    """End an import that cannot be finished. Nothing that it brought is left."""
    async with stage.database.transaction() as session:
        await History(session).discard(import_id)
        await Imports(session).end(import_id, JobState.FAILED, error)
    shutil.rmtree(stage.settings.uploads / import_id, ignore_errors=True)
    stage.progress.fail(error)


def _survey(stage: Stage, folder: Path, filename: str) -> Survey:
    export = folder / filename
    if not export.exists() and not (folder / "survey.json").exists():
        raise Invalid(f"{filename} is gone from the import's folder.", hint="Upload it again.")
    stage.progress.stage("reading", total=export.stat().st_size, unit="bytes")
    return survey_export(export, folder, stage.progress.advance)


async def _prepare(stage: Stage, import_id: str, survey: Survey) -> Prepared:
    """Store people and chats, and find the owner. Repeating it changes nothing."""
    async with stage.database.transaction() as session:
        people, history, imports = People(session, stage.keys), History(session), Imports(session)
        row = await imports.get(import_id)
        known = await people.all()
        owners = set((await Accounts(session).owners()).values())
        hint = stage.keys.unseal(row.owner_hint) if row.owner_hint else None
        owner_peer = _owner(survey, row.filename, hint, {one.peer for one in known if one.id in owners})
        forgotten = await people.forgotten(survey.people)
        ids = await people.add_all({peer: p for peer, p in survey.people.items() if peer not in forgotten})
        account = await Accounts(session).of(ids[owner_peer])
        seal = stage.keys.seal
        chats = [(chat.id, chat.type, seal(chat.name) if chat.name else None) for chat in survey.chats.values()]
        await history.add_chats(account, chats)
        await imports.begin(import_id, account)
        everyone = {one.peer: one for one in await people.all()}
        owners = set((await Accounts(session).owners()).values())
    members = {
        chat: {everyone[peer].pseudonym for peer in senders if peer in everyone}
        for chat, senders in survey.senders.items()
    }
    named_again: Iterable[Profile] = (survey.people[peer] for peer in forgotten)
    cleaner = cleaner_for(everyone.values(), owners, named_again)
    return Prepared(account, ids[owner_peer], ids, members, forgotten, cleaner)


def _owner(survey: Survey, filename: str, hint: str | None, known: set[str]) -> str:
    if survey.account and survey.account.logged_in:
        return f"user{survey.account.user_id}"
    senders = {peer for counts in survey.senders.values() for peer in counts}
    evidence = Evidence(
        named=hint,
        account=f"user{survey.account.user_id}" if survey.account else None,
        known=known,
        chats=survey.chats,
        senders={peer: survey.people[peer].names for peer in senders},
        by_chat=survey.senders,
    )
    return find_owner(evidence, filename)


async def _write_batches(stage: Stage, import_id: str, folder: Path, survey: Survey, prepared: Prepared) -> None:
    async with stage.database.transaction() as session:
        row = await Imports(session).get(import_id)
    cursor, report = row.cursor, begin_report(row.report, survey)
    stage.progress.stage("writing", total=survey.accepted, unit="messages")
    done = 0
    for batch, end in _batches(read_spool(folder, cursor), stage.settings.import_batch):
        report = await _write_batch(stage, import_id, prepared, report, batch, (cursor, end))
        cursor, done = end, report.new + report.changed + report.unchanged + report.refused.get("forgotten", 0)
        stage.progress.advance(done, new=report.new, changed=report.changed, unchanged=report.unchanged)


async def _write_batch(
    stage: Stage, import_id: str, prepared: Prepared, report: ImportReport, batch: list[Message], move: tuple[int, int]
) -> ImportReport:
    """One transaction: the messages and the cursor."""
    kept = {(m.chat, m.id): m for m in batch if m.sender not in prepared.forgotten}
    prints = {key: stage.keys.fingerprint(orjson.dumps(tuple(message))) for key, message in kept.items()}
    async with stage.database.transaction() as session:
        history = History(session)
        stored = await history.fingerprints(prepared.account, list(kept))
        changing = [key for key in kept if stored.get(key) != prints[key]]
        masked: Counter[str] = Counter()
        rows = [to_row(stage.keys, prepared, kept[key], prints[key], import_id, masked) for key in changing]
        await history.write(rows)
        report = count_batch(report, batch, prepared, stored.keys(), set(changing), masked)
        if not await Imports(session).advance(import_id, *move, report):
            raise TakenOver
    return report


def _batches(messages: Iterator[tuple[Message, int]], size: int) -> Iterator[tuple[list[Message], int]]:
    while chunk := list(islice(messages, size)):
        yield [message for message, _ in chunk], chunk[-1][1]


async def _clean_again(stage: Stage, prepared: Prepared) -> None:
    """Older messages that name somebody whose name this import brought, or that an older cleaner cleaned."""
    stage.progress.stage("cleaning", unit="messages")
    cleaner, done = prepared.cleaner, 0
    async with stage.database.transaction() as session:
        everyone = {one.id: one.pseudonym for one in await People(session, stage.keys).all()}
        members = {
            chat: {everyone[person] for person in people}
            for chat, people in (await History(session).members(prepared.account)).items()
        }
    while True:
        async with stage.database.transaction() as session:
            rows = await History(session).stale(prepared.account, cleaner.key, stage.settings.import_batch)
            for row in rows:
                assert row.raw is not None
                row.clean = cleaner.clean(stage.keys.unseal(row.raw), members.get(row.chat_id, set())).text
                row.cleaned_with = cleaner.key
        if not rows:
            return
        done += len(rows)
        stage.progress.advance(done)


async def _finish(stage: Stage, import_id: str, folder: Path, survey: Survey) -> None:
    async with stage.database.transaction() as session:
        imports = Imports(session)
        row = await imports.get(import_id)
        if row.consent and row.account_id is not None:
            evidence = f"Given by the owner with import {import_id}."
            await grant_owner(session, stage.keys, row.account_id, survey.chats, evidence)
        if row.source == PULLED:
            row.report = await settle(session, stage.settings, row, survey, folder)
        await imports.end(import_id, JobState.DONE)
        report = row.report
    shutil.rmtree(folder, ignore_errors=True)
    stage.progress.finish(report=report)


def _told(error: Exception, filename: str) -> AnselmError:
    if isinstance(error, AnselmError):
        return error
    assert isinstance(error, OSError)
    if error.errno == 28:
        return StorageFull(f"The disk is full; {filename} was not imported.", hint="Free some space, then try again.")
    return AnselmError(f"{filename} could not be imported: {error.strerror}.")
