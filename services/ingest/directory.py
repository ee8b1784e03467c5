"""Who is known here by which name, for exports that have names only."""

from __future__ import annotations

from services.ingest.repository.history import History
from services.ingest.repository.people import People
from services.ingest.stage import Stage
from services.ingest.telegram.items import ExportedChat
from services.ingest.telegram.naming import Directory


async def known_names(stage: Stage) -> Directory:
    """Everybody, and every chat, by every name that an import brought."""
    unseal = stage.keys.unseal
    async with stage.database.transaction() as session:
        people = await People(session, stage.keys).all()
        chats = await History(session).chats()
    return Directory.of(
        ((name, one.peer) for one in people for name in one.profile.names),
        (ExportedChat(chat.id, chat.type, unseal(chat.name) if chat.name else None) for chat in chats),
    )
