"""What the memory does for others: recall, search, remember, forget. Each reads, decides and writes, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.retrieval import repository
from services.retrieval.anchor_repository import anchor_parts, forget_choices
from services.retrieval.embeddings import Embedder, Vectors
from services.retrieval.forgetting import is_forgotten, subjects_of_request, subjects_of_turn, title
from services.retrieval.holdings import find_held
from services.retrieval.passages import assemble, best
from services.retrieval.repository import Conversations, Exchanges, Runs, Tombstones
from services.retrieval.second_line import masked_turn
from services.retrieval.terms import search_terms
from shared.contracts.base import Receipt, Removed
from shared.contracts.forgetting import Held
from shared.contracts.retrieval import Context, ContextRequest, ForgetRequest, Hit, Remembered, SearchRequest, Turn
from shared.database import Database
from shared.errors import Conflict, NotFound
from shared.mentions import mentioning
from shared.retention import past

#: Candidates of each ranking: more than the ten examples that may be asked for, so that fusing has a choice.
DEPTH = 24


@dataclass(frozen=True)
class Question:
    """A text to find similar exchanges for: its vector, the model that made it, and its telling words."""

    vector: Vectors
    model: str
    terms: list[str]

    @classmethod
    async def ask(cls, embedder: Embedder, text: str) -> Question:
        [vector] = await embedder.queries([text])
        return cls(vector, await embedder.identity(), search_terms(text))

    async def can_be_answered(self, session: AsyncSession, persona: str) -> bool:
        """Whether the persona is indexed.

        Raises:
            Conflict: it is, by another model, whose vectors mean nothing to this one's.
        """
        index = await Exchanges(session).index(persona)
        if index is not None and index.model != self.model:
            raise Conflict(
                f"Persona {persona!r} was indexed with {index.model}, but EMBEDDING_MODEL is now {self.model}.",
                hint="Index the persona again (anselm index), or set EMBEDDING_MODEL back.",
            )
        return index is not None

    def parts(self, persona: str, limit: int) -> list[Select[Any]]:
        by_words = [repository.matching(persona, self.terms, limit)] if self.terms else []
        return [repository.nearest(persona, self.model, self.vector, limit), *by_words]


async def recall(database: Database, embedder: Embedder, request: ContextRequest) -> Context:
    """All that a reply needs to know: recent turns, similar past exchanges, anchors.

    Raises:
        Conflict: the persona was indexed with another embedding model.
        Unavailable: the database or the embedding model is.
    """
    wanted = request.examples and request.message.strip()
    question = await Question.ask(embedder, request.message) if wanted else None
    parts = [
        repository.recent(request.persona, request.conversation, request.turns),
        # More than wanted, because those that are also examples are left out.
        *anchor_parts(request.persona, request.anchors + request.examples),
    ]
    async with database.transaction() as session:
        if question and await question.can_be_answered(session, request.persona):
            parts += question.parts(request.persona, DEPTH)
        passages = await repository.find(session, parts)
    return assemble(passages, examples=request.examples, anchors=request.anchors)


async def search(database: Database, embedder: Embedder, request: SearchRequest) -> list[Hit]:
    """Past exchanges of the owner that are like a query in meaning or in words, best first.

    Raises:
        NotFound: the persona was never indexed.
        Conflict: it was, with another embedding model.
        Unavailable: the database or the embedding model is.
    """
    question = await Question.ask(embedder, request.query)
    async with database.transaction() as session:
        if not await question.can_be_answered(session, request.persona):
            raise NotFound(f"Nothing is indexed for persona {request.persona!r}.", hint="Run: anselm index")
        passages = await repository.find(session, question.parts(request.persona, max(DEPTH, 2 * request.k)))
    return best(passages, request.k)


async def turns(database: Database, conversation: str, limit: int) -> list[Turn]:
    """The last turns of a conversation, oldest first."""
    async with database.transaction() as session:
        return await Conversations(session).turns(conversation, limit)


async def remember(database: Database, turn: Turn) -> bool:
    """Store a turn, masked.

    Returns:
        False when it was stored before, or is from before its person or conversation was forgotten.
    """
    subjects = subjects_of_turn(turn)
    async with database.transaction() as session:
        tombstones = Tombstones(session)
        await tombstones.hold_off()
        if is_forgotten(subjects, turn.at, await tombstones.among(subjects)):
            return False
        return await Conversations(session).add(masked_turn(turn))


async def kept_of(database: Database, person: str) -> Remembered:
    """All that is kept of a tester."""
    async with database.transaction() as session:
        return Remembered(person=person, turns=await Conversations(session).of_person(person))


async def sweep(database: Database, kept: timedelta) -> int:
    """Remove the turns that are older than is kept; how many those were."""
    until = past(kept)
    if until is None:
        return 0
    async with database.transaction() as session:
        await Tombstones(session).hold_alone()
        return await Conversations(session).expire(until)


async def forget(database: Database, request: ForgetRequest, *, dry_run: bool = False) -> Receipt:
    """Remove what a person, a conversation, a chat or a set of messages left behind, and keep it from coming back.

    Args:
        dry_run: take it back, and say only what it would have been.

    Raises:
        Invalid: the request does not name exactly one of the four.
    """
    subjects = subjects_of_request(request)
    removed: dict[str, int] = {}
    async with database.transaction() as session:
        tombstones = Tombstones(session)
        await tombstones.hold_alone()
        await tombstones.bury(subjects)
        about = mentioning([request.person, *request.names]) if request.person is not None else None
        if request.person is not None or request.conversation is not None:
            removed |= await Conversations(session).forget(
                person=request.person, conversation=request.conversation, about=about
            )
        if request.conversation is None:
            person, chat, messages = request.person, request.chat, request.message_ids or []
            gone = await Exchanges(session).forget(person=person, chat=chat, message_ids=messages, about=about)
            removed["exchanges"] = len(gone)
            choices = await forget_choices(session, gone, person=person, chat=chat, message_ids=messages)
            if choices:
                removed["anchor choices"] = choices
            await Runs(session).forget_cursors()
        if dry_run:
            await session.rollback()
    lines = [Removed(service="retrieval", what=what, count=count) for what, count in removed.items()]
    return Receipt(subject=title(request), removed=lines)


async def held(database: Database) -> list[Held]:
    """Whom, and which chats, something is held of."""
    async with database.transaction() as session:
        return await find_held(session)
