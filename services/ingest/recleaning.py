"""Stored messages are cleaned again when a name becomes known, or the maskers or the owner's lists change."""

from __future__ import annotations

from services.ingest.cleaners import cleaner_now, members_now, sealed_evidence
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.people import People
from services.ingest.repository.tombstones import Tombstones
from services.ingest.stage import Stage
from services.ingest.writing import TakenOver


async def clean_everything_again(stage: Stage) -> None:
    """Every account's messages, with what is known and listed now. Repeating it goes on where it stood.

    Raises:
        Unavailable: the database is away.
    """
    async with stage.database.transaction() as session:
        owners = await Accounts(session).owners()
        cleaner = await cleaner_now(session, stage.keys, mask_owner=stage.settings.mask_owner)
    try:
        cleaned = [await clean_again(stage, account, cleaner) for account in owners]
    except TakenOver:
        await clean_everything_again(stage)
    else:
        stage.progress.finish(cleaned=sum(cleaned))


async def clean_again(stage: Stage, account: int, cleaner: Cleaner) -> int:
    """Those messages of an account that another cleaner cleaned; a transaction a batch, so that a kill loses little.

    Returns:
        how many.

    Raises:
        TakenOver: somebody was forgotten meanwhile, whom this cleaner would name again.
    """
    stage.progress.stage("cleaning", unit="messages")
    async with stage.database.transaction() as session:
        members = await members_now(session, stage.keys, account)
    done = 0
    while True:
        async with stage.database.transaction() as session:
            await People(session, stage.keys).hold()
            if await Tombstones(session, stage.keys).book() != cleaner.forgotten:
                raise TakenOver
            stale = await History(session).stale(account, cleaner.key, stage.settings.import_batch)
            cleaned = [
                cleaner.clean(stage.keys.unseal(raw), members.get(chat, ()), sealed_evidence(stage.keys, details)).text
                for chat, _, raw, details in stale
            ]
            await History(session).set_clean(account, [(chat, n) for chat, n, *_ in stale], cleaned, cleaner.key)
        if not stale:
            return done
        done += len(stale)
        stage.progress.advance(done)
