"""Who is called what in an account, as the cleaner needs it."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.forgotten_names import ForgottenBook
from services.ingest.cleaning.found import Found
from services.ingest.cleaning.names import Known, words_of
from services.ingest.keys import Keys
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.found_names import FoundNames
from services.ingest.repository.history import History
from services.ingest.repository.people import KnownPerson, People
from services.ingest.repository.phrases import Phrases
from services.ingest.repository.tombstones import Tombstones
from services.ingest.telegram.marks import evidence_of
from services.ingest.telegram.survey import Profile
from shared.privacy.detectors import Evidence
from shared.privacy.lists import NO_LISTS, Lists


def cleaner_for(
    people: Iterable[KnownPerson],
    owners: Iterable[int],
    forgotten: ForgottenBook | None = None,
    lists: Lists = NO_LISTS,
    found: Iterable[Found] = (),
) -> Cleaner:
    """The cleaner of everybody known. Channels have no names of people; an owner keeps their first name.

    Args:
        owners: those of the people who keep theirs.
        lists: what the owner says of single phrases.
    """
    own = set(owners)
    known = [_known(person, owner=person.id in own) for person in people if person.peer.startswith("user")]
    return Cleaner.of(known, forgotten=forgotten, lists=lists, found=found)


async def cleaner_now(session: AsyncSession, keys: Keys, *, mask_owner: bool) -> Cleaner:
    """The cleaner of all that is known now: people, whom nothing may name, the owner's lists, names that were found."""
    owners = () if mask_owner else (await Accounts(session).owners()).values()
    forgotten = await Tombstones(session, keys).book()
    lists = await Phrases(session, keys).lists()
    found = await FoundNames(session, keys).all()
    return cleaner_for(await People(session, keys).all(), owners, forgotten, lists, found)


async def members_now(session: AsyncSession, keys: Keys, account: int) -> dict[int, frozenset[str]]:
    """Chat id -> pseudonyms of those who write in it."""
    members = await History(session).members(account)
    everyone = {one.id: one.pseudonym for one in await People(session, keys).all()}
    return {chat: frozenset(everyone[person] for person in people) for chat, people in members.items()}


def sealed_evidence(keys: Keys, details: bytes | None) -> tuple[Evidence, ...]:
    """What Telegram marked in a stored text: ``details`` are its message's, still sealed."""
    return evidence_of(orjson.loads(keys.unseal(details))) if details is not None else ()


def known_words(people: Iterable[KnownPerson], owners: Iterable[int], named: Iterable[Profile]) -> set[str]:
    """Every form, in lower case, that needs no recognition: of everybody known, and of those whom an export names."""
    book = cleaner_for(people, owners).book
    return {*book.words, *book.kept}.union(
        *(words_of(Known("", tuple(profile.names), profile.username)) for profile in named)
    )


def _known(person: KnownPerson, *, owner: bool) -> Known:
    profile = person.profile
    keep = frozenset({first_name(profile)}) if owner else frozenset()
    return Known(person.pseudonym, tuple(profile.names), profile.username, keep)


def first_name(profile: Profile) -> str:
    """What friends call the person: the first name of the account, else the first word of the display name."""
    words = (profile.first_name or (profile.names[0] if profile.names else "")).split()
    return words[0] if words else "the owner"
