"""Files on disk: what lies where, and the shape of every line and manifest."""

from __future__ import annotations

import json
from inspect import getdoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel

from docs.generator.http_api import shape
from docs.generator.markdown import page, prose
from services.feedback.preferences import Label, Pair
from services.ingest.dataset.files import write_examples, write_statistics
from shared.artifacts import ArtifactStore
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import DatasetStatistics, Example, SplitProof, SplitStatistics
from shared.contracts.trainer import MetricPoint

INTRODUCTION = """
Datasets, preference datasets and adapters are folders below `ANSELM_HOME`. A folder is written beside its place, synced
to the disk and renamed, and never changed afterwards: what can be seen is whole. Each has a `manifest.json`.
"""

MANIFEST = """
Every manifest has these fields; the kind of artifact adds its lineage and settings. `digest` is the SHA-256 over the
sorted names of the files and their digests, so that two artifacts with the same content have the same one.
"""

CONVERSATION = (ChatMessage(role="system", content="..."), ChatMessage(role="user", content="are you coming?"))


def pages() -> dict[str, str]:
    parts = [
        "## Manifest",
        MANIFEST,
        _example(_manifest()),
        "## Datasets (`datasets/<name>`)",
        prose(getdoc(write_examples)),
        prose(getdoc(write_statistics)),
        "A line of a split:",
        *_shapes(Example, ChatMessage),
        "`statistics.json`:",
        *_shapes(DatasetStatistics, SplitStatistics, SplitProof),
        "## Preference datasets (`preferences/<name>`)",
        "`train.jsonl` holds a row a line. For DPO:",
        _example(Pair(CONVERSATION, "ach yes, 10 min", "Yes, I am coming.", ()).trl()),
        "For KTO:",
        _example(Label(CONVERSATION, "ach yes, 10 min", True, ()).trl()),
        "## Runs (`runs/<id>`)",
        "`metrics.jsonl` is the live curve:",
        *_shapes(MetricPoint),
    ]
    return {"artifacts.md": page("Files on disk", INTRODUCTION, *parts)}


def _manifest() -> dict[str, Any]:
    """A manifest as the store writes it, with the values that change from one to the next left out."""
    with TemporaryDirectory() as folder:
        store = ArtifactStore(Path(folder))
        with store.write("anselm-d1", {}) as scratch:
            (scratch / "train.jsonl").write_text("")
        manifest = store.manifest("anselm-d1")
    return manifest | {"digest": "...", "files": dict.fromkeys(manifest["files"], "..."), "created_at": "..."}


def _shapes(*models: type[BaseModel]) -> list[str]:
    schemas = {model.__name__: model.model_json_schema(ref_template="#/{model}") for model in models}
    return [shape(name, schema) for name, schema in schemas.items()]


def _example(content: dict[str, Any]) -> str:
    return f"```json\n{json.dumps(content, indent=2, ensure_ascii=False)}\n```"
