"""The second line: what is about to be written is looked at once more, by what cleans messages.

Messages are clean when they come here. Two things may still be wrong. A message was cleaned before a detector, a name
or a denied phrase was known: it stops the dataset. And messages that are clean one by one say something private
together, a phone number in two bubbles: that is nobody's fault, and is masked where they are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.inflection import fold
from services.ingest.dataset.examples import Window
from shared.contracts.ingest import Example
from shared.contracts.privacy import Offender
from shared.privacy.lists import Lists

#: A turn stands in the examples of all that follow it in its session.
REMEMBERED = 65_536
PROMPT = "system_prompt"


def cleaning_of_joined(lists: Lists) -> Callable[[str], str]:
    """Masks what joined messages say together."""
    cleaner = _nameless(lists)
    return lru_cache(maxsize=REMEMBERED)(lambda text: cleaner.clean(text).text)


def _nameless(lists: Lists) -> Cleaner:
    """For joined messages: a name that is masked in each is none in both, and what begins one says so only there."""
    return Cleaner.of((), lists=lists)


class SecondLine:
    """Looks at every text once, in however many examples it stands."""

    def __init__(self, cleaner: Cleaner) -> None:
        self._cleaner = cleaner
        self._of_messages = _remembering(cleaner)
        self._of_joined = _remembering(_nameless(cleaner.lists))

    def offenders(self, prompt: str, written: Iterable[tuple[Window, Example]]) -> list[Offender]:
        """Where something private is, by example; nothing of what it is.

        Args:
            prompt: the template; the prompts that were made of it stand in the examples.
        """
        prompts, found = {prompt}, list[Offender | None]()
        for window, example in written:
            found.append(self._offender(window, example))
            prompts |= {turn.content for turn in example.messages if turn.role == "system"}
        if kinds := set[str]().union(*map(self._of_prompt, prompts)):
            found.insert(0, Offender(example=PROMPT, message_ids=[], kinds=sorted(kinds)))
        return [offender for offender in found if offender is not None]

    def _of_prompt(self, prompt: str) -> set[str]:
        """The owner is named there, as nobody else may be, whoever else has the same name."""
        own = self._cleaner.book.kept
        found = self._cleaner.find(prompt)
        return {span.kind for span in found if fold(prompt[span.start : span.end]) not in own}

    def _offender(self, window: Window, example: Example) -> Offender | None:
        by_message = {f"{window.chat}:{message.id}": self._of_messages(message.text) for message in window.messages}
        together = [self._of_joined(turn.content) for turn in example.messages if turn.role != "system"]
        kinds = frozenset().union(*by_message.values(), *together)
        if not kinds:
            return None
        guilty = [message for message, its in by_message.items() if its]
        return Offender(example=example.id, message_ids=guilty or example.message_ids, kinds=sorted(kinds))


def _remembering(cleaner: Cleaner) -> Callable[[str], frozenset[str]]:
    return lru_cache(maxsize=None)(lambda text: frozenset(span.kind for span in cleaner.find(text)))
