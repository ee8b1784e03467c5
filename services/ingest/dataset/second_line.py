"""The second line: what is about to be written is looked at once more, by what cleans messages.

Messages are clean when they come here. Two things may still be wrong. A message was cleaned before a detector, a name
or a denied phrase was known: it stops the dataset. And messages that are clean one by one say something private
together, a phone number in two bubbles: that is nobody's fault, and is masked where they are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.dataset.examples import Window
from shared.contracts.ingest import Example
from shared.contracts.privacy import Offender
from shared.privacy.lists import Lists

#: A turn stands in the examples of all that follow it in its session.
REMEMBERED = 65_536
PROMPT = "system_prompt"


def cleaning_of_joined(lists: Lists) -> Callable[[str], str]:
    """Masks what joined messages say together. No names: a name that is masked in each message is none in both."""
    cleaner = Cleaner.of((), lists=lists)
    return lru_cache(maxsize=REMEMBERED)(lambda text: cleaner.clean(text).text)


@dataclass
class SecondLine:
    """Looks at every text once, in however many examples it stands."""

    cleaner: Cleaner
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def offenders(self, prompt: str, written: Iterable[tuple[Window, Example]]) -> list[Offender]:
        """Where something private is, by example; nothing of what it is."""
        found = [self._offender(window, example) for window, example in written]
        if kinds := self._kinds(prompt):
            found.insert(0, Offender(example=PROMPT, message_ids=[], kinds=sorted(kinds)))
        return [offender for offender in found if offender is not None]

    def _offender(self, window: Window, example: Example) -> Offender | None:
        by_message = {f"{window.chat}:{message.id}": self._kinds(message.text) for message in window.messages}
        together = [self._kinds(turn.content) for turn in example.messages if turn.role != "system"]
        kinds = frozenset().union(*by_message.values(), *together)
        if not kinds:
            return None
        guilty = [message for message, its in by_message.items() if its]
        return Offender(example=example.id, message_ids=guilty or example.message_ids, kinds=sorted(kinds))

    def _kinds(self, text: str) -> frozenset[str]:
        kinds = self._known.get(text)
        if kinds is None:
            kinds = self._known[text] = frozenset(span.kind for span in self.cleaner.find(text))
        return kinds
