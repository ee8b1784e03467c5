"""The rule of the best-known tool of this kind: what stands close in time belongs together, the rest is cut.

One sender's messages within two minutes merge; a message within five minutes of the last goes on with the
conversation, else a new one begins; one that is longer than 2,048 characters is dropped. All replies of the owner in a
conversation are learned. In groups, all others are one person, as its chat format has two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from benchmarks.fidelity.personas import Chat, History
from services.ingest.repository.consented import ReadMessage
from services.trainer.training_rows import Row
from shared.contracts.base import ChatMessage

MERGED_WITHIN, ANSWERED_WITHIN = timedelta(minutes=2), timedelta(minutes=5)
LONGEST = 2_048
#: Its own default says no more either.
PROMPT = "Please act as a human, and do not say that you are an artificial intelligence."


def conversations(history: History) -> list[Row]:
    return [
        row
        for chat in history.chats
        for run in _cut(chat)
        if (row := _row(run, history.owner)) and sum(len(turn.content) for turn in row.messages) <= LONGEST
    ]


def _cut(chat: Chat) -> Iterator[list[ReadMessage]]:
    run: list[ReadMessage] = []
    for message in (m for m in chat.messages if m.text.strip() and not m.forwarded):
        if run and message.at - run[-1].at > ANSWERED_WITHIN:
            yield run
            run = []
        run.append(message)
    if run:
        yield run


def _row(run: Sequence[ReadMessage], owner: int) -> Row | None:
    """Begins with somebody else's message and ends with the owner's; none where that leaves nothing."""
    turns: list[ChatMessage] = []
    for text, own in _merged(run, owner):
        role = "assistant" if own else "user"
        if turns and turns[-1].role == role:
            turns[-1] = ChatMessage(role=role, content=f"{turns[-1].content}\n{text}")
        elif turns or not own:
            turns.append(ChatMessage(role=role, content=text))
    if turns and turns[-1].role == "user":
        turns.pop()
    if not turns:
        return None
    messages = (ChatMessage(role="system", content=PROMPT), *turns)
    return Row(messages, tuple(turn.role == "assistant" for turn in messages))


def _merged(run: Sequence[ReadMessage], owner: int) -> list[tuple[str, bool]]:
    merged: list[list[ReadMessage]] = []
    for message in run:
        last = merged[-1][-1] if merged else None
        if last and last.sender == message.sender and message.at - last.at <= MERGED_WITHIN:
            merged[-1].append(message)
        else:
            merged.append([message])
    return [("\n".join(m.text for m in burst), burst[0].sender == owner) for burst in merged]
