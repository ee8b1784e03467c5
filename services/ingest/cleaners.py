"""Who is called what in an account, as the cleaner needs it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.found import Found
from services.ingest.cleaning.names import Known
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.found_names import FoundNames
from services.ingest.repository.people import KnownPerson, People
from services.ingest.stage import Stage
from services.ingest.telegram.survey import Profile

#: Stands for somebody who asked to be forgotten and whom nothing may tell apart any more.
FORGOTTEN = "<person>"


def cleaner_for(
    people: Iterable[KnownPerson],
    owners: Iterable[int],
    forgotten: Iterable[Profile] = (),
    found: Iterable[Found] = (),
) -> Cleaner:
    """The cleaner of everybody known. Channels have no names of people; an owner keeps their first name.

    Args:
        owners: those of the people who keep theirs.
        forgotten: profiles of forgotten people that the export at hand names again.
    """
    own = set(owners)
    known = [_known(person, owner=person.id in own) for person in people if person.peer.startswith("user")]
    names = {name for profile in forgotten for name in profile.names}
    return Cleaner.of([*known, Known(FORGOTTEN, tuple(sorted(names)))] if names else known, found)


async def current_cleaner(session: AsyncSession, stage: Stage, forgotten: Iterable[Profile] = ()) -> Cleaner:
    """The cleaner of everybody and everything that is stored, as the settings want it."""
    owners = set() if stage.settings.mask_owner else set((await Accounts(session).owners()).values())
    people, found = People(session, stage.keys), FoundNames(session, stage.keys)
    return cleaner_for(await people.all(), owners, forgotten, await found.all())


def known_words(people: Iterable[KnownPerson], owners: Iterable[int], named: Iterable[Profile]) -> set[str]:
    """Every form, in lower case, that needs no recognition: of everybody known, and of those whom an export names."""
    book = cleaner_for(people, owners, named).book
    return {*book.words, *book.kept}


def _known(person: KnownPerson, *, owner: bool) -> Known:
    profile = person.profile
    keep = frozenset({first_name(profile)}) if owner else frozenset()
    return Known(person.pseudonym, tuple(profile.names), profile.username, keep)


def first_name(profile: Profile) -> str:
    """What friends call the person: the first name of the account, else the first word of the display name."""
    words = (profile.first_name or (profile.names[0] if profile.names else "")).split()
    return words[0] if words else "the owner"
