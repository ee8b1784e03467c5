from __future__ import annotations

import math

import pytest

from services.trainer.memory import GIB, adapter_parameters, estimate, require_room
from services.trainer.model_facts import KNOWN, ModelFacts, facts_of
from shared.errors import Invalid
from tests.unit.trainer.recipe_values import sft

QWEN = KNOWN["Qwen/Qwen3-8B"]


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("Qwen/Qwen3-8B", 8.19),
        ("Qwen/Qwen3-4B", 4.02),
        ("meta-llama/Llama-3.1-8B-Instruct", 8.03),
        ("mistralai/Mistral-7B-Instruct-v0.2", 7.24),
        ("smollm2-135m-instruct", 0.1345),
    ],
)
def test_sizes_add_up_to_what_the_models_are_known_to_have(name: str, billions: float) -> None:
    facts = KNOWN[name]
    parameters = facts.layers * facts.layer_parameters + facts.embedding_parameters
    assert parameters / 1e9 == pytest.approx(billions, rel=0.003)


def test_sizes_are_read_from_a_config_as_transformers_writes_it() -> None:
    from transformers import LlamaConfig

    config = LlamaConfig(hidden_size=96, num_attention_heads=6, num_key_value_heads=2, num_hidden_layers=3,
                         intermediate_size=256, vocab_size=1000, tie_word_embeddings=True)  # fmt: skip
    assert facts_of(config.to_dict()) == ModelFacts(96, 3, 6, 2, 16, 256, 1000, tied=True)
    assert facts_of({"d_model": 512}) is None


def test_the_adapter_has_the_parameters_that_peft_gives_it() -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(hidden_size=64, num_attention_heads=4, num_key_value_heads=2, num_hidden_layers=3,
                         intermediate_size=96, vocab_size=50)  # fmt: skip
    facts = facts_of(config.to_dict())
    assert facts is not None
    model = get_peft_model(LlamaForCausalLM(config), LoraConfig(r=4, target_modules="all-linear"))
    assert adapter_parameters(sft(rank=4, layers=1), facts) == model.get_nb_trainable_parameters()[0]


@pytest.mark.parametrize(
    ("recipe", "model", "gib"),
    [("qwen3-8b-qlora", "Qwen/Qwen3-8B", 24), ("llama3-8b-qlora", "meta-llama/Llama-3.1-8B-Instruct", 24),
     ("mistral-7b-qlora", "mistralai/Mistral-7B-Instruct-v0.2", 16), ("qwen3-8b-lora-fsdp", "Qwen/Qwen3-8B", 24)],
)  # fmt: skip
def test_recipes_fit_the_gpu_that_they_are_for(recipe: str, model: str, gib: int) -> None:
    needed = estimate(sft(recipe), KNOWN[model], gpu=True)
    assert needed.total < 0.9 * gib * GIB
    require_room(sft(recipe), needed, gib * GIB)


def test_an_8b_in_4_bits_needs_what_is_seen_in_practice() -> None:
    """10 to 14 GB."""
    assert 10 < estimate(sft("qwen3-8b-qlora"), QWEN, gpu=True).total / 1e9 < 15


def test_every_setting_that_is_advised_to_be_lowered_lowers_it() -> None:
    recipe = sft("qwen3-8b-qlora", micro_batch=4)
    before = estimate(recipe, QWEN, gpu=True).total
    for change in ({"micro_batch": 1}, {"sequence_length": 1024}, {"rank": 8}):
        lower = sft("qwen3-8b-qlora", **({"micro_batch": 4} | change))
        assert estimate(lower, QWEN, gpu=True).total < before
    whole = estimate(sft("qwen3-8b-qlora", quantised=False), QWEN, gpu=True)
    assert whole.parts["weights"] > 2.5 * estimate(recipe, QWEN, gpu=True).parts["weights"]


def test_more_gpus_share_what_is_sharded_alone() -> None:
    two, four = (estimate(sft("qwen3-8b-lora-fsdp", gpus=count), QWEN, gpu=True) for count in (2, 4))
    assert math.isclose(two.parts["weights"], 2 * four.parts["weights"], rel_tol=1e-6)
    assert two.parts["logits"] == four.parts["logits"]


def test_without_a_fused_kernel_attention_grows_with_the_square_of_the_length() -> None:
    facts = KNOWN["smollm2-135m-instruct"]
    short, long = (estimate(sft(sequence_length=n), facts, gpu=False).parts["activations"] for n in (2048, 8192))
    assert long > 10 * short


def test_what_clearly_does_not_fit_is_refused_unless_asked_for() -> None:
    recipe = sft("qwen3-8b-qlora", micro_batch=8)
    needed = estimate(recipe, QWEN, gpu=True)
    with pytest.raises(Invalid, match=r"GiB a GPU, and 16\.0 GiB are free; most of it is for logits") as refused:
        require_room(recipe, needed, 16 * GIB)
    assert "Lower micro_batch" in (refused.value.hint or "")
    require_room(sft("qwen3-8b-qlora", micro_batch=8, check_memory=False), needed, 16 * GIB)
