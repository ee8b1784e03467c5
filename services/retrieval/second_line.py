"""What is about to be stored is looked at once more, with the detectors that cleaned it, or should have."""

from __future__ import annotations

from collections import Counter

from shared.clients.ingest import IngestClient
from shared.contracts.ingest import Exchange
from shared.contracts.privacy import ListName
from shared.contracts.retrieval import Turn
from shared.privacy.detectors import masked, maskers_for
from shared.privacy.lists import Lists
from shared.privacy.masking import find_all


async def owners_lists(ingest: IngestClient) -> Lists:
    """
    Raises:
        Unavailable: ingest does not answer.
    """
    allow, deny = [frozenset(entry.phrase for entry in await ingest.phrases(name)) for name in ListName]
    return Lists(allow, deny)


def private_in(exchange: Exchange, lists: Lists) -> Counter[str]:
    """How much of what kind is in an exchange; nothing, as a rule, since ingest offers clean text."""
    texts = (exchange.context, exchange.reply)
    return Counter(span.kind for text in texts for span in find_all(text, lists.applied(maskers_for(text))))


def masked_turn(turn: Turn) -> Turn:
    """A turn as it may be remembered."""
    return turn.model_copy(update={"message": masked(turn.message).text, "reply": masked(turn.reply).text})
