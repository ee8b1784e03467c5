"""Indexing: everything that ingest lets a persona recall is embedded and stored, and nothing else stays."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from celery import Celery

from services.retrieval.anchor_repository import Anchors
from services.retrieval.anchors import central, spread, typical, voice
from services.retrieval.choosing import ANCHORS
from services.retrieval.embeddings import Embedder, Vectors
from services.retrieval.forgetting import is_forgotten, subjects_of_exchange
from services.retrieval.models import RunRow
from services.retrieval.repository import Exchanges, Runs, Tombstones
from services.retrieval.second_line import owners_lists, private_in
from shared.clients.ingest import IngestClient
from shared.contracts.ingest import Exchange
from shared.contracts.jobs import Job
from shared.contracts.retrieval import IndexRequest
from shared.database import Database
from shared.errors import Unavailable
from shared.jobs import JobBoard, JobReporter
from shared.queue import enqueue

INDEX_TASK = "retrieval.index"
JOB_KIND = "index"

#: Replies that anchors are chosen from; embedding them takes a second or two.
CANDIDATES = 400


async def request_index(queue: Celery, jobs: JobBoard, request: IndexRequest) -> Job:
    """Queue an indexing run.

    Raises:
        Unavailable: Redis does not answer; nothing was queued.
    """
    reporter = JobReporter(jobs, f"index-{uuid.uuid4().hex[:12]}", JOB_KIND)
    await asyncio.to_thread(reporter.queued)
    body = request.model_dump(mode="json")
    try:
        await asyncio.to_thread(enqueue, queue, INDEX_TASK, "memory", job=reporter.job.id, request=body)
    except Unavailable as error:
        await asyncio.to_thread(reporter.fail, str(error))
        raise
    return reporter.job


@dataclass(frozen=True)
class Indexer:
    """What an indexing run works with."""

    database: Database
    ingest: IngestClient
    embedder: Embedder
    reporter: JobReporter
    page: int

    async def index(self, request: IndexRequest) -> None:
        """Bring a persona's index up to date. A killed run goes on where it stood; a repeated one changes nothing.

        Raises:
            Unavailable: ingest, the database or the embedding model is; what was stored so far is kept.
        """
        self.reporter.stage("loading the embedding model")
        model = await self.embedder.identity()
        async with self.database.transaction() as session:
            run = await Runs(session).begin(self.reporter.job.id, request.persona, model)
        if run.finished_at is None:
            withheld = Counter[str]()
            embedded = await self._store_offered(run, request.chats, withheld)
            anchors = await self._choose_anchors(request.persona)
            removed = await self._conclude(run, anchors)
            self.reporter.finish(embedded=embedded, removed=removed, anchors=len(anchors), withheld=dict(withheld))
        else:
            self.reporter.finish()

    async def _store_offered(self, run: RunRow, chats: list[int] | None, withheld: Counter[str]) -> int:
        """How many were embedded. What is private by the second look is not stored, and counted in ``withheld``."""
        lists = await owners_lists(self.ingest)
        self.reporter.stage("embedding", unit="exchanges")
        cursor, done, embedded = run.cursor, run.done, 0
        while True:
            page = await self.ingest.exchanges(after=cursor, limit=self.page, chats=chats)
            done += len(page.items)
            cursor = page.next or cursor
            private = {exchange.id: private_in(exchange, lists) for exchange in page.items}
            withheld.update(sum(private.values(), Counter()))
            clean = [exchange for exchange in page.items if not private[exchange.id]]
            embedded += await self._store_page(run, clean, cursor, done)
            self.reporter.advance(done, exchanges=done)
            if page.next is None:
                return embedded

    async def _store_page(self, run: RunRow, offered: Sequence[Exchange], cursor: str | None, done: int) -> int:
        async with self.database.transaction() as session:
            known = await Exchanges(session).known(run.persona, run.model, [e.id for e in offered])
        changed = [e for e in offered if known.get(e.id) != e]
        vectors = dict(zip((e.id for e in changed), await self._embed([meaning(e) for e in changed]), strict=True))
        subjects = {e.id: subjects_of_exchange(e) for e in offered}
        async with self.database.transaction() as session:
            tombstones = Tombstones(session)
            await tombstones.hold_off()
            buried = await tombstones.among(s for of_one in subjects.values() for s in of_one)
            allowed = [e for e in offered if not is_forgotten(subjects[e.id], run.started_at, buried)]
            await Exchanges(session).put(run.persona, run.model, run.started_at, vectors, allowed)
            await Runs(session).advance(run.id, run.model, cursor, done)
        return len(changed)

    async def _choose_anchors(self, persona: str) -> list[str]:
        self.reporter.stage("choosing anchors")
        async with self.database.transaction() as session:
            pinned = [anchor.reply for anchor in await Anchors(session, persona).pinned()]
            sample = await Anchors(session, persona).sample(5 * CANDIDATES)
        replies = [said.reply for said in sample]
        candidates = typical(replies)[:CANDIDATES]
        sure = await asyncio.to_thread(voice, replies, [said.context for said in sample])
        vectors = await self._embed([replies[i] for i in candidates])
        relevance = sure[candidates] if sure is not None else central(vectors)
        found = spread(vectors, relevance, ANCHORS - len(pinned), beside=await self._embed(pinned))
        return [sample[candidates[i]].id for i in found]

    async def _conclude(self, run: RunRow, anchors: Sequence[str]) -> int:
        async with self.database.transaction() as session:
            exchanges = Exchanges(session)
            removed = await exchanges.remove_unseen(run.persona, run.started_at)
            await Anchors(session, run.persona).choose(anchors)
            await Runs(session).finish(run.id, run.persona, run.model)
        return removed

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        return await self.embedder.documents(texts)


def meaning(exchange: Exchange) -> str:
    """The text that an exchange is found by: what was said to the owner, and the answer. Where the other person did not
    consent, there is only the answer."""
    return f"{exchange.context}\n{exchange.reply}".strip()
