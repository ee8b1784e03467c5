from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiogram.types import Chat, Message, User

from services.bot.addressing import said_to_bot

BOT, NAME = 1, "anselm_persona_bot"


def message(text: str, chat: str = "supergroup", reply_to: int | None = None) -> Message:
    def made(text: str, author: int, replied: Message | None = None) -> Message:
        return Message(
            message_id=1,
            date=datetime.now(UTC),
            chat=Chat(id=-1, type=chat),
            from_user=User(id=author, is_bot=author == BOT, first_name="X"),
            text=text,
            reply_to_message=replied,
        )

    return made(text, 4711, made("earlier", reply_to) if reply_to else None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (message("hello", "private"), "hello"),
        (message("hello"), None),
        (message("@Anselm_Persona_Bot, bread?"), "bread?"),
        (message("bread, @anselm_persona_bot"), "bread"),
        (message("@anselm_persona_bots bread"), None),
        (message("mail me@anselm_persona_bot"), None),
        (message("@anselm_persona_bot"), None),
        (message("and now?", reply_to=BOT), "and now?"),
        (message("and now?", reply_to=4712), None),
    ],
)
def test_whom_a_message_speaks_to(given: Message, said: str | None) -> None:
    assert said_to_bot(given, BOT, NAME) == said
