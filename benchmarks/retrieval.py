"""How fast and how exact is retrieval's search? ``python -m benchmarks.retrieval`` (about three minutes).

20,000 vectors of one persona and 2,000 of another lie in pgvector: embeddings of the sample's messages, each copy moved
a little towards another message, so that they are spread as real ones are. Random vectors would not be: in 384
dimensions all of them are equally far apart, and no index finds anything. The queries are messages that are not among
them. The reference, in the same run, is exact search over the same vectors with numpy.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import text

from benchmarks.engines import database_settings
from services.retrieval import memory, repository
from services.retrieval.anchor_repository import Anchors
from services.retrieval.choosing import ANCHORS
from services.retrieval.embeddings import SentenceEmbedder, Vectors
from services.retrieval.repository import Exchanges, Runs
from services.retrieval.settings import RetrievalSettings
from shared.contracts.ingest import Exchange
from shared.contracts.retrieval import ContextRequest, Turn
from shared.database import Database
from shared.settings import Settings

CHATS = Path(__file__).parents[1] / "examples" / "anselm" / "chats"
MESSAGE = re.compile(r"^\d\d:\d\d [\w{][^:]*: (.+)$", re.MULTILINE)
PERSONAS = {"anselm": 20_000, "small": 2_000}
QUERIES = 300
WARM_UP = 20
NEAREST = 5
MODEL = "benchmark"


@dataclass(frozen=True)
class Prepared:
    """An embedder that embedded everything before the clock started."""

    vectors: dict[str, Vectors]

    async def ready(self) -> None:
        return

    async def identity(self) -> str:
        return MODEL

    async def queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.vectors[text] for text in texts])

    async def documents(self, texts: Sequence[str]) -> Vectors:
        return await self.queries(texts)


@dataclass(frozen=True)
class Corpus:
    """Vectors of one persona, shape (exchanges, dimension), and their texts."""

    texts: list[str]
    vectors: Vectors

    def exact(self, query: Vectors) -> list[str]:
        """Ids of the nearest, best first, by comparing with every vector."""
        similarity = self.vectors @ query
        nearest = np.argpartition(-similarity, NEAREST)[:NEAREST]
        return [str(i) for i in nearest[np.argsort(-similarity[nearest])]]


def spread_out(texts: list[str], vectors: Vectors, count: int, seed: int) -> Corpus:
    """``count`` vectors, each of a message moved by a tenth to four tenths towards another one."""
    random = np.random.default_rng(seed)
    first, second = random.integers(len(vectors), size=(2, count))
    step = random.uniform(0.1, 0.4, size=(count, 1)).astype(np.float32)
    moved = (1 - step) * vectors[first] + step * vectors[second]
    return Corpus([texts[i] for i in first], moved / np.linalg.norm(moved, axis=1, keepdims=True))


async def fill(database: Database, persona: str, corpus: Corpus) -> None:
    now = datetime.now(UTC)
    for start in range(0, len(corpus.texts), 500):
        page = [
            Exchange(id=str(i), chat=1, at=now, context="", reply=reply, message_ids=[f"1:{i}"], people=[])
            for i, reply in enumerate(corpus.texts[start : start + 500], start=start)
        ]
        async with database.transaction() as session:
            vectors = {e.id: corpus.vectors[int(e.id)] for e in page}
            await Exchanges(session).put(persona, MODEL, now, vectors, page)
    async with database.transaction() as session:
        await Anchors(session, persona).choose([str(i) for i in range(ANCHORS)])
        await Runs(session).begin(persona, persona, MODEL)
        await Runs(session).finish(persona, persona, MODEL)
    for number in range(30):
        turn = Turn(
            key=f"{persona}-{number}", persona=persona, conversation="c", person="p", message="m", reply="r", at=now
        )
        await memory.remember(database, turn)


async def search(database: Database, persona: str, query: Vectors) -> list[str]:
    async with database.transaction() as session:
        found = await repository.find(session, [repository.nearest(persona, MODEL, query, memory.DEPTH)])
    return [passage.id for passage in sorted(found, key=lambda passage: passage.weight)][:NEAREST]


async def measure(settings: Settings) -> dict[str, float]:
    messages = list(
        dict.fromkeys(m for file in sorted(CHATS.glob("*.chat")) for m in MESSAGE.findall(file.read_text()))
    )
    embedder = SentenceEmbedder(RetrievalSettings(_env_file=None))
    print(f"embedding {len(messages)} messages")
    vectors = await embedder.documents(messages)
    held_out = np.random.default_rng(0).permutation(len(messages))[: QUERIES + WARM_UP]
    kept = np.setdiff1d(np.arange(len(messages)), held_out)
    corpora = {
        persona: spread_out([messages[i] for i in kept], vectors[kept], count, seed)
        for seed, (persona, count) in enumerate(PERSONAS.items(), start=1)
    }
    database = Database(settings)
    began = time.perf_counter()
    for persona, corpus in corpora.items():
        print(f"storing {len(corpus.texts)} vectors of {persona}")
        await fill(database, persona, corpus)
    figures: dict[str, float] = {"vectors": sum(PERSONAS.values()), "stored_s": round(time.perf_counter() - began, 1)}
    async with database.transaction() as session:
        await session.execute(text("analyze memory.exchanges"))  # as autovacuum does some seconds later

    prepared = Prepared({messages[i]: vectors[i] for i in held_out})
    for persona, corpus in corpora.items():
        figures |= await compare(database, persona, corpus, prepared)
    await database.close()
    return figures


async def compare(database: Database, persona: str, corpus: Corpus, prepared: Prepared) -> dict[str, float]:
    """Recall and times of one persona's searches, beside exact search."""
    times: dict[str, list[float]] = {"exact": [], "search": [], "context": []}
    recall = []
    for message, vector in prepared.vectors.items():
        request = ContextRequest(persona=persona, conversation="c", message=message)
        began = time.perf_counter()
        truth = corpus.exact(vector)
        times["exact"].append(time.perf_counter() - began)
        began = time.perf_counter()
        found = await search(database, persona, vector)
        times["search"].append(time.perf_counter() - began)
        began = time.perf_counter()
        await memory.recall(database, prepared, request)
        times["context"].append(time.perf_counter() - began)
        recall.append(len(set(truth) & set(found)) / NEAREST)
    kept = {name: np.array(taken[WARM_UP:]) * 1000 for name, taken in times.items()}
    prefix = "" if persona == "anselm" else f"{persona}_"
    figures = {f"{prefix}recall_at_5": round(float(np.mean(recall[WARM_UP:])), 4)}
    for name, taken in kept.items():
        figures[f"{prefix}{name}_p50_ms"] = round(float(np.quantile(taken, 0.5)), 2)
        figures[f"{prefix}{name}_p99_ms"] = round(float(np.quantile(taken, 0.99)), 2)
    figures[f"{prefix}search_to_exact"] = round(float(np.median(kept["search"]) / np.median(kept["exact"])), 2)
    figures[f"{prefix}context_to_exact"] = round(float(np.median(kept["context"]) / np.median(kept["exact"])), 2)
    return figures


if __name__ == "__main__":
    with database_settings() as settings:
        print(json.dumps({"bench": "retrieval", "figures": asyncio.run(measure(settings))}))
