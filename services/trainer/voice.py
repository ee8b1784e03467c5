"""A loaded model that answers, and says how likely it finds an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch

from shared.contracts.base import ChatMessage

#: The gateway's defaults: what is measured is what is served.
AS_SERVED = {"top_p": 0.9, "repetition_penalty": 1.1}

Conversation = Sequence[ChatMessage]
Done = Callable[[int], None]


@dataclass(frozen=True)
class Sampling:
    """How replies are drawn. Temperature 0 takes the likeliest token each time."""

    tokens: int
    temperature: float
    seed: int = 0

    def options(self) -> dict[str, Any]:
        drawn = {"do_sample": True, "temperature": self.temperature, "top_k": 0, **AS_SERVED}
        return {"max_new_tokens": self.tokens, **(drawn if self.temperature > 0 else {"do_sample": False})}


class Voice:
    """Answers conversations that all begin with the same system prompt, which is read only once.

    Args:
        model: a causal language model, with or without an adapter, in evaluation mode.
        system: the system prompt.
    """

    def __init__(self, model: Any, tokenizer: Any, system: str, *, batch: int = 16) -> None:
        self._model, self._tokenizer, self._batch = model, tokenizer, batch
        self._prefix_ids, self._prefix = self._read(system)

    @torch.inference_mode()
    def replies(self, contexts: Sequence[Conversation], sampling: Sampling, done: Done = lambda _: None) -> list[str]:
        """A reply to each conversation, in their order."""
        torch.manual_seed(sampling.seed)
        said: dict[int, str] = {}
        for numbers, ids in self._batches([self._encode(context) for context in contexts]):
            tokens, mask, _ = self._padded(ids)
            out = self._model.generate(
                input_ids=torch.cat([self._prefix_ids.expand(len(ids), -1), tokens], 1),
                attention_mask=mask,
                past_key_values=self._cache(len(ids)),
                pad_token_id=self._tokenizer.pad_token_id,
                **sampling.options(),
            )
            texts = self._tokenizer.batch_decode(out[:, mask.shape[1] :], skip_special_tokens=True)
            said |= dict(zip(numbers, map(_storable, texts), strict=True))
            done(len(said))
        return [said[number] for number in range(len(contexts))]

    @torch.inference_mode()
    def nats_per_token(
        self, contexts: Sequence[Conversation], replies: Sequence[str], done: Done = lambda _: None
    ) -> float:
        """Mean negative log-likelihood of the replies' tokens, with the token that ends the turn."""
        encoded = [self._encode(context) for context in contexts]
        answers = [[*self._ids(reply), self._tokenizer.eos_token_id] for reply in replies]
        total, count, finished = 0.0, 0, 0
        for numbers, ids in self._batches([c + a for c, a in zip(encoded, answers, strict=True)]):
            tokens, mask, width = self._padded(ids)
            longest = max(len(answers[n]) for n in numbers)
            out = self._model(
                input_ids=tokens,
                attention_mask=mask,
                position_ids=(mask.cumsum(1) - 1).clamp(min=0)[:, -width:],
                past_key_values=self._cache(len(ids)),
                logits_to_keep=longest + 1,
            )
            losses = torch.nn.functional.cross_entropy(
                out.logits[:, :-1].float().transpose(1, 2), tokens[:, -longest:], reduction="none"
            )
            for row, number in enumerate(numbers):
                total += float(losses[row, -len(answers[number]) :].sum())
                count += len(answers[number])
            finished += len(ids)
            done(finished)
        return total / count

    def seconds_a_reply(self, contexts: Sequence[Conversation], sampling: Sampling) -> float:
        """Mean time of a reply when nobody else asks."""
        began = time.perf_counter()
        for context in contexts:
            self.replies([context], sampling)
        return (time.perf_counter() - began) / len(contexts)

    def _read(self, system: str) -> tuple[torch.Tensor, Any]:
        """The system prompt's tokens, and the model's cache after reading them."""
        from transformers import DynamicCache

        ids = torch.tensor([self._ids(self._render([ChatMessage(role="system", content=system)], answer=False))])
        ids = ids.to(self._model.device)
        with torch.inference_mode():
            cache = self._model(input_ids=ids, past_key_values=DynamicCache(config=self._model.config)).past_key_values
        return ids, cache

    def _cache(self, size: int) -> Any:
        cache = deepcopy(self._prefix)
        cache.batch_repeat_interleave(size)
        return cache

    def _encode(self, context: Conversation) -> list[int]:
        """Tokens of a conversation after the system prompt, up to where the answer begins."""
        turns = [m for m in context if m.role != "system"]
        system = ChatMessage(role="system", content="")
        empty = self._render([system], answer=False)
        return self._ids(self._render([system, *turns], answer=True).removeprefix(empty))

    def _render(self, messages: Conversation, *, answer: bool) -> str:
        # A persona answers as people do: models that can think aloud first, such as Qwen3, are told not to.
        rendered: str = self._tokenizer.apply_chat_template(
            [m.model_dump() for m in messages], tokenize=False, add_generation_prompt=answer, enable_thinking=False
        )
        return rendered

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def _batches(self, rows: list[list[int]]) -> Iterator[tuple[list[int], list[list[int]]]]:
        """Rows of like length together, so that little is padded."""
        order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
        for start in range(0, len(order), self._batch):
            numbers = order[start : start + self._batch]
            yield numbers, [rows[n] for n in numbers]

    def _padded(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, int]:
        """Rows padded on the left, between the system prompt and the conversation, and the mask over both."""
        width, device = max(map(len, rows)), self._model.device
        pad = self._tokenizer.pad_token_id
        tokens = torch.tensor([[pad] * (width - len(r)) + r for r in rows], device=device)
        mask = torch.tensor([[0] * (width - len(r)) + [1] * len(r) for r in rows], device=device)
        prefix = torch.ones(len(rows), self._prefix_ids.shape[1], dtype=mask.dtype, device=device)
        return tokens, torch.cat([prefix, mask], 1), width


def _storable(text: str) -> str:
    """Without the character that PostgreSQL cannot store: a model may write any."""
    return text.replace("\0", "").strip()
