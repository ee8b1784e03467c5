"""Who, or what, is to be forgotten: found by what the owner calls it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.keys import Keys
from services.ingest.repository.forgotten import Place
from services.ingest.repository.history import History
from services.ingest.repository.people import KnownPerson, People
from shared.contracts.forgetting import ForgetRequest, SubjectKind
from shared.errors import Conflict, NotFound

#: Those whom ingest does not know: they only chatted, through Telegram or ``anselm chat``.
TESTERS = ("telegram-", "cli-")
CHAT_ID = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Subject:
    """What every place needs to know. It is kept, sealed, until all have been told.

    Attributes:
        name: pseudonym, tester's id or chat's id.
        names: what a person is called in exports; of a chat, its name.
        chats: ids of the chats that go as a whole.
        groups: ids of the other chats that a person wrote in.
    """

    kind: SubjectKind
    name: str
    names: tuple[str, ...] = ()
    username: str = ""
    peer: str = ""
    chats: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()

    def dump(self) -> str:
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def load(cls, raw: str) -> Subject:
        known = orjson.loads(raw)
        lists = {name: tuple(known[name]) for name in ("names", "chats", "groups")}
        return cls(**{**known, **lists, "kind": SubjectKind(known["kind"])})

    @property
    def called(self) -> list[str]:
        """Everything that stands for the subject in a text, besides its name here."""
        return [one for one in (*self.names, self.username, self.peer) if one]

    def marks(self, keys: Keys) -> list[bytes]:
        """What a receipt is found by, and what is left of the subject is recognised by."""
        kind = "chat" if self.kind is SubjectKind.CHAT else "person"
        known = {keys.mark(kind, name) for name in (self.name, *self.called)}
        return sorted(known | {keys.mark("chat", str(chat)) for chat in self.chats})


def marks_for(keys: Keys, request: ForgetRequest) -> list[bytes]:
    """The marks of whatever the owner may mean."""
    kinds = {None: ("person", "chat"), SubjectKind.CHAT: ("chat",)}.get(request.kind, ("person",))
    return [keys.mark(kind, request.subject) for kind in kinds]


def is_tester(request: ForgetRequest) -> bool:
    return request.kind is SubjectKind.TESTER or (request.kind is None and request.subject.startswith(TESTERS))


async def find(session: AsyncSession, keys: Keys, request: ForgetRequest) -> KnownPerson | list[Place]:
    """A contact, or the chats of an id or a name, one an account.

    Raises:
        NotFound: there is nobody, and no such chat; or several are called so.
        Conflict: there are both.
    """
    people = [] if request.kind is SubjectKind.CHAT else await _people(session, keys, request.subject)
    chats = [] if request.kind is SubjectKind.CONTACT else await _chats(session, keys, request.subject)
    if people and not all(private for _, private in chats):
        raise Conflict("A person and a chat are called so.", hint="Say which it is: contact or chat.")
    if people:
        return people[0]
    if not chats:
        hint = "List people with GET /v1/people?names=true, chats with GET /v1/chats?names=true."
        raise NotFound("There is nobody, and no chat, of that name, pseudonym or id.", hint=hint)
    if len({number for (_, number), _ in chats}) > 1:
        numbers = ", ".join(str(number) for (_, number), _ in chats)
        raise NotFound("Several chats have that name.", hint=f"Use an id: {numbers}.")
    return [chat for chat, _ in chats]


async def _people(session: AsyncSession, keys: Keys, who: str) -> list[KnownPerson]:
    everybody = People(session, keys)
    if not any(who in (one.pseudonym, *one.profile.names) for one in await everybody.all()):
        return []
    return [await everybody.resolve(who)]


async def _chats(session: AsyncSession, keys: Keys, which: str) -> list[tuple[Place, bool]]:
    """Of that id or name; with each, whether it is a private one, which is named like the person."""
    number = int(which) if CHAT_ID.fullmatch(which) else None
    return [
        ((row.account_id, row.id), row.type == "personal_chat")
        for row in await History(session).chats()
        if row.id == number or (row.name is not None and keys.unseal(row.name) == which)
    ]
