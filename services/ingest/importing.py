"""An import, from the uploaded file to clean messages: survey, names, people, batches, recleaning, end."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from services.ingest import models
from services.ingest.batch import Prepared
from services.ingest.cleaners import cleaner_now
from services.ingest.cleaning.forgotten_names import forgotten_words, marks_of
from services.ingest.consenting import grant_owner
from services.ingest.directory import known_names
from services.ingest.pulling.settling import settle
from services.ingest.recleaning import clean_again
from services.ingest.recognising import recognise
from services.ingest.repeating import repeat
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.imports import Imports
from services.ingest.repository.people import People
from services.ingest.repository.pulls import PULLED
from services.ingest.repository.tombstones import Tombstones
from services.ingest.repository.topics import Topics
from services.ingest.stage import Stage
from services.ingest.telegram.naming import Directory
from services.ingest.telegram.opening import open_export
from services.ingest.telegram.owner import Evidence, find_owner
from services.ingest.telegram.survey import Survey, survey_export
from services.ingest.writing import TakenOver, write_messages
from shared.contracts.ingest import ImportReport
from shared.contracts.jobs import JobState
from shared.errors import AnselmError, Invalid, StorageFull, Unavailable, disk_is_full
from shared.telemetry import logger

log = logger(__name__)


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
        report = await repeat(stage, row)
        if report is None:
            report = await _import(stage, row, folder)
        await _finish(stage, import_id, folder, report)
    except TakenOver:
        log.info("import_taken_over", import_id=import_id)
    except Unavailable:
        raise
    except (AnselmError, OSError) as error:
        await fail_import(stage, import_id, str(_told(error, row.filename)))


async def _import(stage: Stage, row: models.Import, folder: Path) -> ImportReport:
    survey = _survey(stage, folder, row.filename, await known_names(stage))
    await recognise(stage, folder, survey)
    prepared = await _prepare(stage, row.id, survey)
    survey = survey.without(prepared.forgotten_chats)
    report = await write_messages(stage, row.id, folder, survey, prepared)
    await _assign_topics(stage, prepared.account, survey)
    await clean_again(stage, prepared.account, prepared.cleaner)
    return report


async def fail_import(stage: Stage, import_id: str, error: str) -> None:
    """End an import that cannot be finished. Nothing that it brought is left."""
    async with stage.database.transaction() as session:
        await History(session).discard(import_id)
        await Imports(session).end(import_id, JobState.FAILED, error)
    shutil.rmtree(stage.settings.uploads / import_id, ignore_errors=True)
    stage.progress.fail(error)


def _survey(stage: Stage, folder: Path, filename: str, directory: Directory) -> Survey:
    export = folder / filename
    if not export.exists() and not (folder / "survey.json").exists():
        raise Invalid(f"{filename} is gone from the import's folder.", hint="Upload it again.")
    stage.progress.stage("reading", total=export.stat().st_size, unit="bytes")
    opened = partial(open_export, limit=stage.settings.max_export_bytes, directory=directory)
    return survey_export(export, folder, stage.progress.advance, opened)


async def _prepare(stage: Stage, import_id: str, survey: Survey) -> Prepared:
    """Store people and chats, and find the owner. Repeating it changes nothing."""
    async with stage.database.transaction() as session:
        people, history, imports = People(session, stage.keys), History(session), Imports(session)
        await people.hold()
        row = await imports.get(import_id)
        known = await people.all()
        owners = set((await Accounts(session).owners()).values())
        hint = stage.keys.unseal(row.owner_hint) if row.owner_hint else None
        owner_peer = _owner(survey, row.filename, hint, {one.peer for one in known if one.id in owners})
        tombstones = Tombstones(session, stage.keys)
        forgotten, forgotten_chats = await tombstones.people(survey.people), await tombstones.chats(survey.chats)
        for peer in forgotten:
            profile = survey.people[peer]
            words = forgotten_words(profile.names, profile.username)
            await tombstones.learn(peer, marks_of(stage.keys.forgotten, words))
        survey = survey.without(forgotten_chats)
        ids = await people.add_all({peer: p for peer, p in survey.people.items() if peer not in forgotten})
        account = await Accounts(session).of(ids[owner_peer])
        seal = stage.keys.seal
        chats = [(chat.id, chat.type, seal(chat.name) if chat.name else None) for chat in survey.chats.values()]
        await history.add_chats(account, chats)
        titles = {chat: {n: seal(title) for n, title in topics.items()} for chat, topics in survey.topics.items()}
        await Topics(session).add(account, titles)
        await imports.begin(import_id, account)
        everyone = {one.peer: one for one in await people.all()}
        cleaner = await cleaner_now(session, stage.keys, mask_owner=stage.settings.mask_owner)
    members = {
        chat: frozenset(everyone[peer].pseudonym for peer in senders if peer in everyone)
        for chat, senders in survey.senders.items()
    }
    return Prepared(account, ids[owner_peer], ids, members, forgotten, forgotten_chats, cleaner)


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


async def _assign_topics(stage: Stage, account: int, survey: Survey) -> None:
    async with stage.database.transaction() as session:
        forums = await Topics(session).forums(account)
    for chat in sorted(forums & survey.chats.keys()):
        async with stage.database.transaction() as session:
            await Topics(session).assign(account, chat)


async def _finish(stage: Stage, import_id: str, folder: Path, report: ImportReport) -> None:
    async with stage.database.transaction() as session:
        imports = Imports(session)
        row = await imports.get(import_id)
        if JobState(row.state).ended:
            raise TakenOver
        if row.consent and row.account_id is not None:
            evidence = f"Given by the owner with import {import_id}."
            await grant_owner(session, stage.keys, row.account_id, map(int, report.by_chat), evidence)
        if row.source == PULLED:
            report = await settle(session, stage.settings, row, report, folder)
        row.report = report.model_dump(mode="json")
        await imports.end(import_id, JobState.DONE)
    shutil.rmtree(folder, ignore_errors=True)
    stage.progress.finish(report=report.model_dump(mode="json"))


def _told(error: Exception, filename: str) -> AnselmError:
    if isinstance(error, AnselmError):
        return error
    assert isinstance(error, OSError)
    if disk_is_full(error):
        return StorageFull(f"The disk is full; {filename} was not imported.", hint="Free some space, then try again.")
    return AnselmError(f"{filename} could not be imported: {error.strerror}.")
