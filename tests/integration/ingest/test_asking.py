"""The message that asks a contact for consent."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Invalid, NotFound
from tests.integration.ingest.conftest import SAMPLE, World, account, chat, message


async def test_the_language_is_that_of_the_contacts_own_messages(world: World) -> None:
    await world.import_file(SAMPLE)
    people = {"Надя Петрова": "ru", "Mira Okafor": "en", "Opa Franz": "de"}
    assert {name: (await world.client.consent_message(name)).language for name in people} == people
    written = await world.client.consent_message("Надя Петрова", language="uk")
    assert written.language == "uk"
    assert written.text.startswith("Привіт, Надя!")
    assert written.text.endswith("\nAnselm")


async def test_it_names_the_chats_that_it_is_about(world: World, tmp_path: Path) -> None:
    group = chat(9, message(1, 2, "hello all"), message(2, 1, "hi"), kind="private_group", name="Boat {club}")
    channel = chat(10, message(1, 2, "news"), kind="private_channel", name="News")
    await world.import_export(account(chat(7, message(1, 2, "hello"), message(2, 1, "hi")), group, channel), tmp_path)
    both = await world.client.consent_message("Boris Orlov")
    assert both.chats == [7, 9]
    assert "Which chat: our private chat, the group “Boat {club}”." in both.text
    assert both.text.startswith("Hi Boris,")
    one = await world.client.consent_message(both.person, chat=9)
    assert one.chats == [9]
    assert "private chat" not in one.text
    with pytest.raises(NotFound, match="not talked with the owner in chat 10"):
        await world.client.consent_message("Boris Orlov", chat=10)
    with pytest.raises(NotFound, match="nobody of that name"):
        await world.client.consent_message("Cleo Marsh")
    with pytest.raises(Invalid, match="owner consents when importing"):
        await world.client.consent_message("Ada Byron")
    with pytest.raises(Invalid, match="There is: de, en"):
        await world.client.consent_message("Boris Orlov", language="xx")
