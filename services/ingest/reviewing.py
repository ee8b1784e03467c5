"""Samples of what was masked, for the owner to judge: cleaned anew from the sealed text, evenly of every kind."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import auditing
from services.ingest.cleaners import cleaner_now, members_now, sealed_evidence
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.keys import Keys
from services.ingest.raw_text import show_raw
from services.ingest.repository.masked import MaskedMessage, MaskedMessages
from shared.contracts.audit import Action
from shared.contracts.privacy import Review, ReviewSample


async def review(
    session: AsyncSession,
    keys: Keys,
    *,
    mask_owner: bool,
    kind: str | None,
    chat: int | None,
    limit: int,
    raw: bool,
) -> Review:
    """
    Args:
        kind: only messages in which something of this kind was masked.
        mask_owner: whether the owner's own name is masked too.
        raw: with what was written before.
    """
    masked = MaskedMessages(session)
    counts = await masked.counts(chat)
    wanted = [kind] if kind else sorted(counts, key=lambda each: counts[each])
    found = {each: await masked.newest(each, chat, limit) for each in wanted}
    cleaner = await cleaner_now(session, keys, mask_owner=mask_owner)
    samples = await _samples(session, keys, cleaner, evenly(found, limit), raw=raw)
    if raw:
        await auditing.note(session, keys, Action.REVIEW, count=len(samples))
    return Review(counts=counts, samples=samples)


def evenly(found: Mapping[str, list[MaskedMessage]], limit: int) -> list[MaskedMessage]:
    """The newest of every kind, then the second of every kind, until there are enough; each message once."""
    chosen: dict[tuple[int, int, int], MaskedMessage] = {}
    for turn in range(limit):
        for messages in found.values():
            if turn < len(messages) and len(chosen) < limit:
                chosen.setdefault(messages[turn].key, messages[turn])
    return sorted(chosen.values(), key=lambda message: (message.at, message.key), reverse=True)


async def _samples(
    session: AsyncSession, keys: Keys, cleaner: Cleaner, messages: list[MaskedMessage], *, raw: bool
) -> list[ReviewSample]:
    members = {account: await members_now(session, keys, account) for account in {m.account for m in messages}}
    before = show_raw(keys, [message.raw for message in messages]) if raw else None
    samples = []
    for place, message in enumerate(messages):
        evidence = sealed_evidence(keys, message.details)
        there = members[message.account].get(message.chat, ())
        cleaned = cleaner.clean(keys.unseal(message.raw), there, evidence)
        samples.append(
            ReviewSample(
                chat=message.chat,
                message=message.id,
                at=message.at,
                masked=dict(cleaned.masked),
                after=cleaned.text,
                before=before[place] if before else None,
            )
        )
    return samples
