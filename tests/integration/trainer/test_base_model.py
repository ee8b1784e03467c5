"""The packaged base model is unpacked for real, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.trainer import base_model
from services.trainer.settings import TrainerSettings
from shared.errors import Invalid, NotFound


def settings(home: Path, model: str = base_model.PACKAGED) -> TrainerSettings:
    return TrainerSettings(_env_file=None, anselm_home=home, base_model=model)


@pytest.mark.model
def test_the_packaged_model_answers_and_stops(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    location = Path(base_model.prepare(settings(tmp_path)))
    before = (location / "manifest.json").stat().st_mtime_ns
    assert base_model.prepare(settings(tmp_path)) == str(location)
    assert (location / "manifest.json").stat().st_mtime_ns == before

    tokenizer = AutoTokenizer.from_pretrained(location)
    model = AutoModelForCausalLM.from_pretrained(location)
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    asked = [{"role": "user", "content": "What is the capital of France?"}]
    ids = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    said = model.generate(**ids, max_new_tokens=20, do_sample=False)[0, ids["input_ids"].shape[1] :]
    assert "Paris" in tokenizer.decode(said)
    assert said[-1] == tokenizer.eos_token_id


def test_a_damaged_package_is_refused_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_model, "_SHA256", "0" * 64)
    with pytest.raises(Invalid, match="damaged"):
        base_model.prepare(settings(tmp_path))
    assert not list(tmp_path.rglob("*.safetensors"))


def test_a_folder_must_hold_a_model(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no model in"):
        base_model.locate(settings(tmp_path, str(tmp_path / "nowhere")))
    (tmp_path / "config.json").write_text(json.dumps({}))
    assert base_model.locate(settings(tmp_path, str(tmp_path))) == str(tmp_path)


def test_hub_ids_are_left_to_the_hub(tmp_path: Path) -> None:
    assert base_model.locate(settings(tmp_path, "Qwen/Qwen3-8B")) == "Qwen/Qwen3-8B"
    assert base_model.locate(settings(tmp_path)) == str(tmp_path / "models" / base_model.PACKAGED)
