"""The audit log: every act that shows raw text or changes what may be used, and no trace of whom it was about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.settings import CliSettings
from cli.stack.settings import StackSettings
from services.bot.settings import BotSettings
from shared.contracts.audit import Action, AuditEntry
from shared.contracts.ingest import ConsentGrant
from shared.errors import NotFound
from tests.integration.ingest.conftest import BOTH, World, account, chat, message

BORIS = "Boris Orlov"


async def entries(world: World) -> list[AuditEntry]:
    """Oldest first."""
    return (await world.client.audit()).items[::-1]


@pytest.fixture
async def stored(world: World, tmp_path: Path) -> World:
    await world.import_export(account(chat(7, message(1, 1, "ahoy"), message(2, 2, "aye"))), tmp_path)
    return world


async def test_every_act_is_written_down_with_who_asked(stored: World) -> None:
    client = stored.client
    people = await client.people(names=True)
    boris = next(person.id for person in people if person.name == BORIS)
    owner = next(person.id for person in people if person.is_owner)
    await client.chats(names=True)
    await client.consents(names=True)
    await client.consent_message(BORIS)
    await client.grant(ConsentGrant(person=BORIS, purposes=BOTH, evidence="asked"))
    await client.revoke(BORIS)
    async for _ in client.export():
        break
    await client.rotate_key()
    await client.published("anselm-v7")
    assert [(e.actor, e.action, e.subject, e.count) for e in await entries(stored)] == [
        ("system", Action.GRANT, owner, 1),
        ("service", Action.NAMES, None, 2),
        ("service", Action.NAMES, None, 1),
        ("service", Action.NAMES, None, 2),
        ("service", Action.CONSENT_REQUEST, boris, 1),
        ("service", Action.GRANT, boris, 1),
        ("service", Action.REVOKE, boris, 2),
        ("service", Action.EXPORT, None, 2),
        ("service", Action.ROTATE_KEY, None, None),
        ("service", Action.PUBLISH, "anselm-v7", None),
    ]
    assert all(e.request_id for e in (await entries(stored))[1:])


@pytest.mark.parametrize(
    ("said", "recorded"),
    [("cli", "cli"), ("console", "console"), ("", "unknown"), ("a b\tc", "unknown"), ("x" * 33, "unknown")],
)
async def test_who_asks_is_what_they_say(stored: World, said: str, recorded: str) -> None:
    answer = await stored.client._http.get("/v1/chats", params={"names": True}, headers={"x-anselm-caller": said})
    assert answer.status_code == 200
    assert (await entries(stored))[-1].actor == recorded


def test_clients_say_whose_they_are() -> None:
    assert (CliSettings.caller, StackSettings.caller, BotSettings.caller) == ("cli", "cli", "bot")


async def test_what_shows_no_names_is_not_written_down(stored: World) -> None:
    before = await entries(stored)
    await stored.client.people()
    await stored.client.chats()
    await stored.client.consents()
    assert await entries(stored) == before


async def test_an_act_that_fails_leaves_no_entry(stored: World) -> None:
    before = await entries(stored)
    with pytest.raises(NotFound):
        await stored.client.consent_message("Nobody")
    with pytest.raises(NotFound):
        await stored.client.grant(ConsentGrant(person=BORIS, chat=99, purposes=BOTH, evidence="asked"))
    assert await entries(stored) == before


async def test_forgetting_leaves_an_entry_that_leads_to_nobody(stored: World) -> None:
    await stored.client.consent_message(BORIS)
    [pseudonym] = [one.id for one in await stored.client.people(names=True) if one.name == BORIS]
    await stored.client.forget(BORIS)
    *_, asked, _listed, forgot = await entries(stored)
    assert (asked.action, forgot.action, forgot.count) == (Action.CONSENT_REQUEST, Action.FORGET, 2)
    assert asked.subject == forgot.subject
    assert str(forgot.subject).startswith("forgotten-")
    written = str(await stored.rows("select a::text from ingest.audit a"))
    assert pseudonym not in written
    assert "Boris" not in written


async def test_pages_and_since(world: World) -> None:
    for number in range(5):
        await world.client.published(f"anselm-v{number}")
    page = await world.client.audit(limit=2)
    assert [e.subject for e in page.items] == ["anselm-v4", "anselm-v3"]
    page = await world.client.audit(limit=3, before=page.next)
    assert ([e.subject for e in page.items], page.next) == (["anselm-v2", "anselm-v1", "anselm-v0"], None)
    moment = page.items[0].at
    assert [e.subject for e in (await world.client.audit(since=moment)).items] == [
        "anselm-v4",
        "anselm-v3",
        "anselm-v2",
    ]
    assert (await world.client.audit(since=datetime.now(UTC) + timedelta(minutes=1))).items == []
