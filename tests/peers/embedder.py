"""An embedder without a model: words are hashed into a vector, so that texts with the same words are alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.retrieval.embeddings import Vectors
from shared.errors import Unavailable


@dataclass
class WordEmbedder:
    name: str = "words@1"
    dimension: int = 384
    missing: str = ""
    asked: list[list[str]] = field(default_factory=list)

    async def ready(self) -> None:
        if self.missing:
            raise Unavailable(self.missing)

    async def identity(self) -> str:
        return self.name

    async def queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    async def documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0] = 0.1  # a text without a word has a direction as well
            for word in text.lower().split():
                digest = hashlib.sha256(word.strip(".,!?").encode()).digest()
                row[int.from_bytes(digest[:4], "big") % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
