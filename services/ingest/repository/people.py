"""People and accounts. Who somebody is stays sealed; tables know a keyed hash and a pseudonym."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaning.pseudonyms import pseudonym
from services.ingest.keys import Keys
from services.ingest.repository.tombstones import PERSON, Tombstones
from services.ingest.telegram.survey import Profile
from shared.errors import NotFound


@dataclass(frozen=True)
class KnownPerson:
    """A person with their profile unsealed."""

    id: int
    pseudonym: str
    peer: str
    profile: Profile = field(default_factory=Profile)

    @property
    def name(self) -> str | None:
        return self.profile.names[0] if self.profile.names else None


class People:
    def __init__(self, session: AsyncSession, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    async def all(self) -> list[KnownPerson]:
        rows = await self._session.scalars(select(models.Person).order_by(models.Person.id))
        return [self._open(row) for row in rows]

    async def resolve(self, person: str) -> KnownPerson:
        """By pseudonym, or by the exact name in an export.

        Raises:
            NotFound: nobody is called so, or several are.
        """
        found = [one for one in await self.all() if person in (one.pseudonym, *one.profile.names)]
        if len(found) == 1:
            return found[0]
        if found:
            pseudonyms = ", ".join(one.pseudonym for one in found)
            raise NotFound("Several people have that name.", hint=f"Use a pseudonym: {pseudonyms}.")
        raise NotFound("There is nobody of that name or pseudonym.", hint="List people with GET /v1/people?names=true.")

    async def add_all(self, profiles: Mapping[str, Profile]) -> dict[str, int]:
        """Add who is new, add new names to who is known. Returns row ids by peer."""
        await self.hold()
        known = {one.peer: one for one in await self.all()}
        taken = {one.pseudonym for one in known.values()}
        forgotten = await Tombstones(self._session, self._keys).hashes(PERSON)
        for peer, profile in sorted(profiles.items()):
            if peer in known:
                await self._rename(known[peer], profile)
                continue
            peer_hash = self._keys.peer_hash(peer)
            name = pseudonym(peer_hash, taken, forgotten)
            taken.add(name)
            self._session.add(models.Person(peer_hash=peer_hash, pseudonym=name, profile=self._seal(peer, profile)))
        await self._session.flush()
        return {one.peer: one.id for one in await self.all()}

    async def message_counts(self) -> dict[int, int]:
        query = select(models.Message.sender_id, func.count()).group_by(models.Message.sender_id)
        return dict((await self._session.execute(query)).all())

    async def _rename(self, known: KnownPerson, profile: Profile) -> None:
        merged = Profile(list(known.profile.names), known.profile.first_name, known.profile.username)
        for name in profile.names:
            merged.add(name)
        merged.first_name = profile.first_name or merged.first_name
        merged.username = profile.username or merged.username
        if merged != known.profile:
            row = await self._session.get_one(models.Person, known.id)
            row.profile = self._seal(known.peer, merged)

    async def hold(self) -> None:
        """Two imports at once must not give two people one pseudonym, nor bring back whom another process forgets."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext("ingest.people"))))

    def _seal(self, peer: str, profile: Profile) -> bytes:
        return self._keys.seal(orjson.dumps({"peer": peer, "profile": profile}).decode())

    def _open(self, row: models.Person) -> KnownPerson:
        raw = orjson.loads(self._keys.unseal(row.profile))
        return KnownPerson(row.id, row.pseudonym, raw["peer"], Profile(**raw["profile"]))


async def pseudonyms(session: AsyncSession) -> list[str]:
    """Of everybody known."""
    return list(await session.scalars(select(models.Person.pseudonym)))
