from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.trainer.chat_format import turn_end
from shared.errors import Invalid
from tests.peers import tiny_model

#: The layouts of templates that are in use, reduced to what matters here.
_SYSTEM_APART = (
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}"
    "{% else %}{% set rest = messages %}{% endif %}{{ bos_token }}{% for message in rest %}"
    "{% if message['role'] == 'user' %}{% if loop.WHERE and system is defined %}"
    "{{ '[INST] ' + system + '\n\n' + message['content'] + '[/INST]' }}"
    "{% else %}{{ '[INST] ' + message['content'] + '[/INST]' }}{% endif %}"
    "{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
)
MISTRAL_02, MISTRAL_03 = _SYSTEM_APART.replace("WHERE", "first"), _SYSTEM_APART.replace("WHERE", "last")
NO_SYSTEM = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}"
    "{{ message['role'] + ': ' + message['content'] + eos_token }}{% endfor %}"
)
LLAMA_3 = (
    "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' "
    "+ message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
)
WITHOUT_END = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\n' }}{% endfor %}"


@pytest.fixture
def tokenizer() -> Any:
    return tiny_model._tokenizer()  # type: ignore[no-untyped-call]


def test_chatml_ends_a_turn_with_its_own_token(tokenizer: Any) -> None:
    assert turn_end(tokenizer, "m") == "<|im_end|>"
    tokenizer.eos_token = "<|endoftext|>"
    assert turn_end(tokenizer, "m") == "<|im_end|>"


def test_llama_3(tokenizer: Any) -> None:
    tokenizer.chat_template = LLAMA_3
    with pytest.raises(Invalid, match=r"<\|end_header_id\|>, <\|eot_id\|>, <\|start_header_id\|>.*several tokens"):
        turn_end(tokenizer, "m")
    tokenizer.add_special_tokens(
        {"additional_special_tokens": ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]}
    )
    assert turn_end(tokenizer, "m") == "<|eot_id|>"


def test_mistral_takes_a_system_prompt_where_its_template_keeps_it(tokenizer: Any) -> None:
    tokenizer.chat_template = MISTRAL_02
    assert turn_end(tokenizer, "m") == tokenizer.eos_token
    tokenizer.chat_template = MISTRAL_03
    with pytest.raises(Invalid, match="leaves the system prompt out") as refused:
        turn_end(tokenizer, "m")
    assert "v0.2" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (None, "m has no chat template"),
        (NO_SYSTEM, "refuses a system prompt"),
        (WITHOUT_END, "no token of its own"),
    ],
)
def test_a_template_that_cannot_be_trained_on_is_refused(tokenizer: Any, template: str | None, said: str) -> None:
    tokenizer.chat_template = template
    with pytest.raises(Invalid, match=said):
        turn_end(tokenizer, "m")


def test_a_tokenizer_that_lost_its_special_tokens_is_refused(tokenizer: Any, tmp_path: Path) -> None:
    """As when the files of another model lie in the folder."""
    from transformers import AutoTokenizer

    tokenizer.save_pretrained(tmp_path)
    file = tmp_path / "tokenizer.json"
    content = json.loads(file.read_text())
    content["added_tokens"] = [t for t in content["added_tokens"] if t["content"] != "<|im_start|>"]
    del content["model"]["vocab"]["<|im_start|>"]
    file.write_text(json.dumps(content))
    with pytest.raises(Invalid, match=r"writes <\|im_start\|>, which"):
        turn_end(AutoTokenizer.from_pretrained(tmp_path), "m")
