"""A random Llama of 80,000 parameters with a real tokenizer and a chat template: everything that loads, trains, merges
and serves a model does the same with this one, in a second. ``python -m tests.peers.tiny_model OUT`` makes it.

Heads have size 32, the smallest that vLLM's kernels take.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

SPECIAL = ("<|pad|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>")
CONTEXT = 1024
VOCABULARY = 512

#: ChatML, as SmolLM2 and Qwen have it; no default system message.
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

#: What the tokenizer's merges are learned from.
SENTENCES = (
    "You are the owner of this phone. Answer as they would.",
    "hey, how was your day? are you coming tonight?",
    "yeah sure, see you at eight then!",
    "no way haha, that is the best thing I heard all week",
    "Could you bring the book that I gave you last month, please?",
    "ok. will do. talk later",
    "Guten Morgen, wie geht es dir? Mir geht es gut.",
    "привет, как дела? всё хорошо, спасибо",
    "I don't know what to say about the weather; it was raining, it was cold, and the train was late again.",
)


def make(folder: Path, seed: int = 0) -> Path:
    """Write model and tokenizer into ``folder`` and return it; the same seed gives the same weights."""
    from transformers import set_seed

    set_seed(seed)
    tokenizer = _tokenizer()
    model = _model(tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    engine = Tokenizer(models.BPE())
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    engine.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    engine.train_from_iterator([*SENTENCES, "system\nuser\nassistant\n"], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=engine,
        pad_token="<|pad|>",
        bos_token="<|endoftext|>",
        eos_token="<|im_end|>",
        model_max_length=CONTEXT,
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _model(tokenizer):  # type: ignore[no-untyped-def]
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        # Ten times the usual: with odds that differ, the likeliest words change with training, and are not all blanks.
        initializer_range=0.2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
