"""Small conversations to learn from."""

from __future__ import annotations

from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

SYSTEM = "You are Ada, chatting on Telegram."


def conversation(*turns: str) -> list[ChatMessage]:
    """Turns that alternate between a contact and the owner, after the system prompt; the contact begins."""
    roles = ("user", "assistant")
    said = [ChatMessage(role=roles[n % 2], content=text) for n, text in enumerate(turns)]
    return [ChatMessage(role="system", content=SYSTEM), *said]


def example(number: int, *turns: str, thread: str = "t") -> Example:
    return Example(id=f"{thread}/{number}", thread=thread, messages=conversation(*turns), message_ids=[f"1:{number}"])


def thread(*turns: str, name: str = "t") -> list[Example]:
    """An example for each reply of the owner, each with everything before it."""
    return [example(n, *turns[: n + 1], thread=name) for n in range(1, len(turns), 2)]
