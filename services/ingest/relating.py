"""What the people of a chat are to the owner: as the owner said, else as the chat's name and type tell."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.keys import Keys
from services.ingest.repository.history import History
from shared.errors import NotFound
from shared.system_prompt import Relation

#: Words that people name chats by. A name that has words of several relations has the first one's.
CALLED = {
    Relation.PARTNER: "wife husband hubby wifey darling honey жена муж любимая любимый schatz liebling",
    Relation.FAMILY: (
        "mom mum mama mommy mummy mother dad dada papa daddy father grandma granny grandpa aunt auntie uncle cousin "
        "sister brother sis family parents "
        "мама мамочка мамуля папа папочка бабушка бабуля дедушка тетя тётя дядя сестра брат братишка семья родители "
        "родня mutti mutter vater oma opa tante onkel bruder schwester familie eltern cousine"
    ),
    Relation.WORK: (
        "work office job boss manager team colleagues standup hr client clients customer project "
        "работа офис начальник шеф коллеги клиент клиенты проект команда отдел бухгалтерия "
        "arbeit büro chef chefin kollegen kunde kunden projekt abteilung"
    ),
}
_RELATIONS = {word: relation for relation in reversed(CALLED) for word in CALLED[relation].split()}
_WORD = re.compile(r"[^\W\d_]+")


def relation_of(kind: str, name: str | None) -> Relation:
    """What a chat's name tells, else a group or a friend by its type."""
    told = {_RELATIONS[word] for word in _WORD.findall((name or "").casefold()) if word in _RELATIONS}
    usual = Relation.FRIEND if kind == "personal_chat" else Relation.GROUP
    return next((relation for relation in CALLED if relation in told), usual)


def relation_now(row: models.Chat, keys: Keys) -> Relation:
    if row.relation is not None:
        return Relation(row.relation)
    return relation_of(row.type, keys.unseal(row.name) if row.name else None)


async def set_relation(session: AsyncSession, chat: int, relation: Relation | None) -> None:
    """Keep what the owner says of a chat; none: what follows from it again.

    Raises:
        NotFound: there is no such chat.
    """
    if not await History(session).set_relation(chat, relation):
        raise NotFound(f"There is no chat {chat}.", hint="List chats with GET /v1/chats.")
