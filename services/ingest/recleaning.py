"""Stored messages are cleaned again when a name becomes known, or the maskers change."""

from __future__ import annotations

from services.ingest.cleaners import cleaner_for
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.people import People
from services.ingest.repository.phrases import Phrases
from services.ingest.stage import Stage


async def clean_everything_again(stage: Stage) -> None:
    """Every account's messages, with what is known and listed now. Repeating it goes on where it stood.

    Raises:
        Unavailable: the database is away.
    """
    async with stage.database.transaction() as session:
        owners = await Accounts(session).owners()
        lists = await Phrases(session, stage.keys).lists()
        cleaner = cleaner_for(await People(session, stage.keys).all(), owners.values(), lists=lists)
    cleaned = [await clean_again(stage, account, cleaner) for account in owners]
    stage.progress.finish(cleaned=sum(cleaned))


async def clean_again(stage: Stage, account: int, cleaner: Cleaner) -> int:
    """Those messages of an account that another cleaner cleaned; a transaction a batch, so that a kill loses little.

    Returns:
        how many.
    """
    stage.progress.stage("cleaning", unit="messages")
    async with stage.database.transaction() as session:
        members = await History(session).members(account)
        everyone = {one.id: one.pseudonym for one in await People(session, stage.keys).all()}
    pseudonyms = {chat: frozenset(everyone[person] for person in people) for chat, people in members.items()}
    done = 0
    while True:
        async with stage.database.transaction() as session:
            stale = await History(session).stale(account, cleaner.key, stage.settings.import_batch)
            cleaned = [
                cleaner.clean(stage.keys.unseal(raw), pseudonyms.get(chat, frozenset())).text for chat, _, raw in stale
            ]
            await History(session).set_clean(account, [(chat, n) for chat, n, _ in stale], cleaned, cleaner.key)
        if not stale:
            return done
        done += len(stale)
        stage.progress.advance(done)
