"""What ingest has of a contact or a chat goes, in the caller's transaction."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.cleaners import first_name
from services.ingest.cleaning.forgotten_names import forgotten_words, marks_of
from services.ingest.forgetting.subjects import Subject
from services.ingest.forgetting.withdrawing import Withdrawal, withdraw_datasets
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.forgotten import Forgotten, Place
from services.ingest.repository.found_names import FoundNames
from services.ingest.repository.history import History
from services.ingest.repository.imports import UNENDED, Imports
from services.ingest.repository.people import KnownPerson, People
from services.ingest.repository.tombstones import Tombstones
from services.ingest.telegram.naming import id_in, peer_of
from shared.artifacts import ArtifactStore
from shared.contracts.forgetting import SubjectKind
from shared.contracts.jobs import JobState
from shared.errors import Conflict

MEANWHILE = "Somebody in it was forgotten meanwhile."
USER = "user"
UNNAMED = "result.json"
#: Seconds that the longest upload may take.
UPLOADING = 3_600


@dataclass
class Gone:
    """What went: who it was, how much, which datasets were withdrawn, and which requests are to be built anew."""

    subject: Subject
    counts: dict[str, int]
    datasets: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


async def remove_contact(session: AsyncSession, withdrawal: Withdrawal, person: KnownPerson, number: str) -> Gone:
    """A person, their private chats, their messages elsewhere, and their names in other people's words.

    Raises:
        Conflict: it is an owner.
    """
    everybody = {one.id: one for one in await People(session, withdrawal.keys).all()}
    owners = [everybody[owner] for owner in (await Accounts(session).owners()).values()]
    if person.id in {owner.id for owner in owners}:
        raise Conflict("The owner cannot be forgotten: everything here is theirs.", hint="Remove ANSELM_HOME instead.")
    forgotten, profile = Forgotten(session), person.profile
    number_of_peer = id_in(person.peer) if person.peer.startswith(USER) else 0
    await forgotten.hold_person(person.id)
    private = await forgotten.private_chats(person.id, number_of_peer)
    groups = [place for place in await forgotten.places(person.id) if place not in private]
    chats = tuple(chat for _, chat in private)
    subject = Subject(
        SubjectKind.CONTACT,
        person.pseudonym,
        tuple(profile.names),
        profile.username,
        person.peer,
        chats,
        tuple(chat for _, chat in groups),
    )
    whole = await forgotten.remove_chats(private)
    messages = await forgotten.remove_messages(person.id) + whole.get("messages", 0)
    mentions = await forgotten.mentions(person.pseudonym)
    counts = {"messages": messages, "chats": len(private), "mentions": sum(map(len, mentions.values()))}
    gone = Gone(subject, counts | {"names": len(profile.names)})
    await _withdraw(session, withdrawal, gone, number, _Traces(person.id, private, mentions))
    gone.counts["consents"] = await forgotten.remove_person(person.id) + whole.get("consents", 0)
    await _tidy_imports(session, withdrawal, chats, subject.called)
    words = forgotten_words(profile.names, profile.username, {first_name(owner.profile) for owner in owners})
    words |= await FoundNames(session, withdrawal.keys).remove(words)
    peers = {person.peer, *(peer_of(name) for name in profile.names)}
    ids = {id_in(peer) for peer in peers if peer.startswith(USER)}
    await Tombstones(session, withdrawal.keys).bury(peers, marks_of(withdrawal.keys.forgotten, words), {*chats, *ids})
    return gone


async def remove_chat(session: AsyncSession, withdrawal: Withdrawal, places: Sequence[Place], number: str) -> Gone:
    """A chat with everything in it. The people who wrote in it stay known, so that their names stay masked."""
    chat, forgotten = places[0][1], Forgotten(session)
    await forgotten.hold_chats(places)
    rows = [row for row in await History(session).chats() if (row.account_id, row.id) in places]
    names = tuple({withdrawal.keys.unseal(row.name) for row in rows if row.name})
    subject = Subject(SubjectKind.CHAT, str(chat), names, chats=(chat,))
    gone = Gone(subject, await forgotten.remove_chats(places))
    await _withdraw(session, withdrawal, gone, number, _Traces(None, places, {}))
    await _tidy_imports(session, withdrawal, [chat], names)
    await Tombstones(session, withdrawal.keys).bury([], [], [chat])
    return gone


@dataclass(frozen=True)
class _Traces:
    """What a dataset is recognised by: whose words, which chats, in which messages somebody is named."""

    person: int | None
    places: Sequence[Place]
    mentions: dict[Place, list[int]]


async def _withdraw(session: AsyncSession, withdrawal: Withdrawal, gone: Gone, number: str, traces: _Traces) -> None:
    """Datasets with such traces, and those that are being built."""
    rows = {row.name: row for row in await Forgotten(session).datasets()}
    held = set(await Forgotten(session).datasets_with(traces.person, traces.places))
    for (account, chat), messages in traces.mentions.items():
        held |= set(await Datasets(session).with_messages(account, chat, messages))
    building = [name for name, row in rows.items() if row.state in UNENDED]
    for name in building:
        ArtifactStore(withdrawal.settings.datasets).remove(name)
        await Datasets(session).fail(name, MEANWHILE)
    gone.datasets = sorted(held)
    gone.counts["examples"] = await withdraw_datasets(session, withdrawal.settings, gone.datasets, number)
    gone.counts["datasets"] = len(held)
    newest = {row.persona: row for row in sorted(rows.values(), key=lambda row: row.version)}
    chats = {chat for _, chat in traces.places}
    for row in rows.values():
        if row.name in held:
            row.statistics = None
        if wanted := row.request.get("chats"):
            row.request = {**row.request, "chats": [chat for chat in wanted if chat not in chats]}
    gone.requests = [
        row.request
        for row in newest.values()
        if row.name in (*held, *building) and row.request.get("chats") != []
    ]  # fmt: skip
    await session.flush()


async def _tidy_imports(
    session: AsyncSession, withdrawal: Withdrawal, chats: Collection[int], names: Sequence[str]
) -> None:
    """End the imports that are under way, with their files, and take chats and names out of the reports of others."""
    for row in await Forgotten(session).imports():
        if row.state in UNENDED:
            await History(session).discard(row.id)
            await Imports(session).end(row.id, JobState.FAILED, f"{MEANWHILE} Import it again.")
        shutil.rmtree(withdrawal.settings.uploads / row.id, ignore_errors=True)
        row.report = _without(row.report, {str(chat) for chat in chats})
        if any(name.casefold() in row.filename.casefold() for name in names):
            row.filename = UNNAMED
        await session.flush()
    known = {row.id for row in await Forgotten(session).imports()}
    remove_left_uploads(withdrawal.settings.uploads, known)


def remove_left_uploads(uploads: Path, known: Collection[str]) -> None:
    """Remove folders of uploads that were never recorded, since somebody was killed; fresh ones may be under way."""
    for folder in uploads.glob("????????????????"):
        if folder.is_dir() and folder.name not in known and folder.stat().st_mtime < time.time() - UPLOADING:
            shutil.rmtree(folder, ignore_errors=True)


def _without(report: dict[str, Any], chats: Collection[str]) -> dict[str, Any]:
    kept = {chat: count for chat, count in report.get("by_chat", {}).items() if chat not in chats}
    examples = [one for one in report.get("refused_examples", []) if one["chat"] not in chats]
    return {**report, "by_chat": kept, "refused_examples": examples} if report else report
