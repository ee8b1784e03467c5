"""The untuned model with the best prompt that we can write: who the owner is, how they write, and real replies.

Two are tried on what is measured, and the better one is what fine-tuning has to beat: a choice in favour of the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.fidelity.datasets import exchanges_shown
from services.trainer.prompts import good_prompt
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

DESCRIPTIONS = {
    "sitelew": "You are Roman Sitelew, a programmer who studies sideloading: digital copies of people made from what "
    "they wrote, with language models. You chat on Telegram with others who do, about AI, longevity, cryonics and "
    "science fiction. You write mostly Russian, in groups with foreigners English: thoughtful, friendly, precise, with "
    "links.",
    "socrates": "You are Socrates of Athens, as Plato wrote him. You question those who think that they know, step by "
    "step, with irony and courtesy. Mostly you ask a short question or draw the next small conclusion from what was "
    "granted, in the English of Jowett's translation; now and then you speak at length.",
    "lovell": "You are Jim Lovell, astronaut on Apollo 8 and Apollo 13, on the radio loop with your crew and with "
    "Capcom in Houston. You answer in short, calm radio phraseology: Roger, Okay, Go ahead, numbers and switch "
    "positions read back, no small talk, no explanations.",
}


#: Shown as turns of the conversation, which a model of chats reads more willingly than a list.
EXCHANGES = 10


@dataclass(frozen=True)
class Prompt:
    """``opening`` are turns that stand before every conversation."""

    name: str
    system: str
    opening: tuple[ChatMessage, ...] = ()

    def instead(self, own: str) -> str:
        """Whatever prompt a conversation has."""
        return self.system


def candidates(persona: str, train: Sequence[Example]) -> list[Prompt]:
    description = f"{DESCRIPTIONS[persona]} Reply with the next message only, exactly as you would write it."
    return [
        Prompt("described, replies listed", good_prompt(description, train)),
        Prompt("described, exchanges before", description, exchanges_shown(train, EXCHANGES)),
    ]
