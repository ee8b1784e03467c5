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
from services.ingest.dataset.exchanges import Exchange
from services.ingest.repository.consented import ReadMessage
from shared.contracts.base import ChatMessage
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

    def of_prompts(self, prompts: Iterable[str]) -> list[Offender]:
        """The owner is named there, as nobody else may be, whoever else has the same name."""
        own, kinds = self._cleaner.book.kept, set[str]()
        for prompt in prompts:
            found = self._cleaner.find(prompt)
            kinds |= {span.kind for span in found if fold(prompt[span.start : span.end]) not in own}
        return [Offender(example=PROMPT, message_ids=[], kinds=sorted(kinds))] if kinds else []

    def of_example(self, window: Window, example: Example) -> Offender | None:
        """What is private in an example, and in which messages; nothing of what it is."""
        by_message = {f"{window.chat}:{message.id}": self._of_messages(message.text) for message in window.messages}
        together = [self._of_joined(turn.content) for turn in example.messages if turn.role != "system"]
        kinds = frozenset().union(*by_message.values(), *together)
        if not kinds:
            return None
        guilty = [message for message, its in by_message.items() if its]
        return Offender(example=example.id, message_ids=guilty or example.message_ids, kinds=sorted(kinds))

    def is_clean(self, exchange: Exchange, turns: Iterable[ChatMessage]) -> bool:
        """Whether nothing is private in an exchange as it is written: in no message, and in no turn."""
        return not any(self._of_messages(message.text) for message in exchange.messages) and not any(
            self._of_turn(turn.content, exchange.messages) for turn in turns
        )

    def _of_turn(self, text: str, messages: Iterable[ReadMessage]) -> frozenset[str]:
        """A turn that is one message has been looked at with names, which finds all that is found without; but for an
        @username that is everybody's."""
        if "@" not in text and any(text is message.text or text == message.text for message in messages):
            return frozenset()
        return self._of_joined(text)


def _remembering(cleaner: Cleaner) -> Callable[[str], frozenset[str]]:
    """A chat's texts recur within its examples, and the short ones everywhere."""
    return lru_cache(maxsize=REMEMBERED)(lambda text: frozenset(span.kind for span in cleaner.find(text)))
