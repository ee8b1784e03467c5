"""The cleaning that is measured. The one place that says what it is: ingest's own pipeline, as an import runs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import Known, NameBook
from services.ingest.recognition.__main__ import recognise


def clean_all(people: Iterable[Known], texts: Sequence[str], members: Iterable[str] = ()) -> list[str]:
    """
    Args:
        people: everybody in the export. What nobody there is called is an unknown name.
        members: pseudonyms of those who write in this chat.
    """
    people, chat = list(people), frozenset(members)
    known = NameBook.of(people)
    cleaner = Cleaner.of(people, found=recognise(texts, {*known.words, *known.kept}))
    return [cleaner.clean(text, chat).text for text in texts]
