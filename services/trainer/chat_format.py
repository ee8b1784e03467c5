"""Whether a tokenizer can write the conversations that are trained on, found out before anything is computed."""

from __future__ import annotations

import re
from typing import Any

from shared.errors import Invalid

#: A conversation as the dataset has them, of words that no template writes by itself.
_SYSTEM, _REPLY = "SYSTEMWORD", "LASTREPLYWORD"
_TURNS = [
    {"role": "user", "content": "FIRSTWORD"},
    {"role": "assistant", "content": "FIRSTREPLYWORD"},
    {"role": "user", "content": "SECONDWORD"},
    {"role": "assistant", "content": _REPLY},
]

#: How templates write what must be one token: ``<|im_start|>``, ``<|eot_id|>``, ``<start_of_turn>``.
_SPECIAL = re.compile(r"<\|[^<>|\s]+\|>|<(?:start|end)_of_turn>")


def turn_end(tokenizer: Any, model: str) -> str:
    """The token that ends a turn in the tokenizer's chat format.

    Args:
        model: what the base model is called in an error.

    Raises:
        Invalid: there is no chat template, it knows no system prompt, or leaves it out; a token of the template is
            several to the tokenizer, or no token ends a turn. The hint says what to use instead.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise Invalid(
            f"Base model {model} has no chat template: it was not made for conversations.",
            hint="Set BASE_MODEL to the instruct or chat version of it.",
        )
    text = _rendered(tokenizer, model)
    split = [token for token in sorted(set(_SPECIAL.findall(text))) if len(_ids(tokenizer, token)) != 1]
    if split:
        raise Invalid(
            f"Base model {model}: its chat template writes {', '.join(split)}, which its tokenizer takes for several "
            "tokens: the two do not belong together.",
            hint="Use the tokenizer files that came with the model, or add these as special tokens.",
        )
    after = _ids(tokenizer, text[text.index(_REPLY) + len(_REPLY) :].lstrip())
    known = {tokenizer.eos_token_id, *tokenizer.get_added_vocab().values()}
    if not after or after[0] not in known:
        raise Invalid(
            f"Base model {model}: its chat template ends a turn with no token of its own, so that it could not "
            "learn to stop.",
            hint="Set BASE_MODEL to a model whose template ends turns with a special token.",
        )
    return str(tokenizer.convert_ids_to_tokens(after[0]))


def _rendered(tokenizer: Any, model: str) -> str:
    from jinja2 import TemplateError

    hint = (
        "Set BASE_MODEL to one whose template takes a system message in every conversation, such as Qwen/Qwen3-8B, "
        "meta-llama/Llama-3.1-8B-Instruct or mistralai/Mistral-7B-Instruct-v0.2."
    )
    conversation = [{"role": "system", "content": _SYSTEM}, *_TURNS]
    try:
        text = str(tokenizer.apply_chat_template(conversation, tokenize=False))
    except TemplateError as error:
        raise Invalid(f"Base model {model}: its chat template refuses a system prompt: {error}.", hint=hint) from error
    if _SYSTEM not in text:
        raise Invalid(
            f"Base model {model}: its chat template leaves the system prompt out of a conversation that ends with an "
            "answer, so that nothing trained would follow it.",
            hint=hint,
        )
    if any(turn["content"] not in text for turn in _TURNS):
        raise Invalid(f"Base model {model}: its chat template leaves messages out.", hint=hint)
    return text


def _ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False).input_ids)
