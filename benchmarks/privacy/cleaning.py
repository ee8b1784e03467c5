"""The cleaning that is measured. The one place that says what it is: ingest's own pipeline, as an import runs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import Known


def clean_all(people: Iterable[Known], texts: Sequence[str], members: Iterable[str] = ()) -> list[str]:
    """
    Args:
        people: everybody in the export. What nobody there is called is an unknown name.
        members: pseudonyms of those who write in this chat.
    """
    cleaner, chat = Cleaner.of(people), frozenset(members)
    return [cleaner.clean(text, chat).text for text in texts]
