"""A loaded model that answers, and says how likely it finds an answer."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import torch

from shared.contracts.base import ChatMessage

#: The gateway's defaults: what is measured is what is served.
AS_SERVED = {"top_p": 0.9, "repetition_penalty": 1.1}

#: One whose last message is the assistant's is an answer that was begun, and is to be continued.
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


@dataclass(frozen=True)
class Heard:
    """Conversations that were read, up to the last token of each.

    Attributes:
        numbers: which ones they are.
        tokens, mask: (batch, width), padded between the system prompt and the conversation.
        cache: keys and values of all columns but the last.
    """

    numbers: list[int]
    tokens: torch.Tensor
    mask: torch.Tensor
    cache: Any


class Voice:
    """Answers conversations; each system prompt that they begin with is read only once.

    Args:
        model: a causal language model, with or without an adapter, in evaluation mode.
        system: the system prompt of conversations that begin without one.
        dressed: what is read in place of a conversation's own system prompt.
        opening: turns that every conversation begins with, such as exchanges that show a voice.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        system: str,
        *,
        batch: int = 20,
        dressed: Callable[[str], str] | None = None,
        opening: Conversation = (),
    ) -> None:
        self._model, self._tokenizer, self._batch = model, tokenizer, batch
        self._system, self._dressed, self._opening = system, dressed, opening
        self._prefixes: dict[str, tuple[torch.Tensor, Any]] = {}

    @torch.inference_mode()
    def replies(self, contexts: Sequence[Conversation], sampling: Sampling, done: Done = lambda _: None) -> list[str]:
        """A reply to each conversation, in their order."""
        torch.manual_seed(sampling.seed)
        said: dict[int, str] = {}
        for batch in self._heard(contexts):
            said |= self._answers(batch, sampling)
            done(len(said))
        return [said[number] for number in range(len(contexts))]

    def beside(
        self, real: Sequence[str], contexts: Sequence[Conversation], sampling: Sampling, done: Done = lambda _: None
    ) -> tuple[list[str], float]:
        """A reply to each conversation, and how surprising the ``real`` replies are: the mean negative log-likelihood
        of their tokens in nats, with the token that ends the turn."""
        said, losses = self.each_beside(real, contexts, sampling, done=done)
        return said, sum(map(sum, losses)) / sum(map(len, losses))

    @torch.inference_mode()
    def each_beside(
        self,
        real: Sequence[str],
        contexts: Sequence[Conversation],
        sampling: Sampling,
        *,
        longest: int | None = None,
        done: Done = lambda _: None,
    ) -> tuple[list[str], list[list[float]]]:
        """A reply to each conversation, and the negative log-likelihood of each token of the ``real`` one, in nats,
        with the token that ends the turn. Each conversation is read once for both.

        Args:
            longest: tokens of a real reply that are measured, of longer ones the first.
        """
        torch.manual_seed(sampling.seed)
        said: dict[int, str] = {}
        losses: dict[int, list[float]] = {}
        answers = [[*self._ids(reply), self._tokenizer.eos_token_id][:longest] for reply in real]
        for batch in self._heard(contexts, [len(answer) for answer in answers]):
            losses |= zip(batch.numbers, self._losses(batch, [answers[n] for n in batch.numbers]), strict=True)
            said |= self._answers(batch, sampling)
            done(len(said))
        numbers = range(len(contexts))
        return [said[number] for number in numbers], [losses[number] for number in numbers]

    @torch.inference_mode()
    def surprises(self, context: Conversation, answers: Sequence[str]) -> list[float]:
        """How surprising each of several answers to one conversation is: its negative log-likelihood in nats. The
        conversation is read once, and answers that differ in their last token alone cost as much as one of them."""
        ids = [self._ids(answer) for answer in answers]
        stems: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for number, answer in enumerate(ids):
            stems[tuple(answer[:-1])].append(number)
        found: dict[int, float] = {}
        read = self._hear([0], [self._encode(context)], self._prompt(context))
        for some in (list(stems)[at : at + self._batch] for at in range(0, len(stems), self._batch)):
            logits, _ = self._predicted(_repeated(read, len(some)), [ids[stems[stem][0]] for stem in some])
            odds = logits.log_softmax(2)
            for row, stem in enumerate(some):
                begun = -sum(float(odds[row, at, token]) for at, token in enumerate(stem))
                found |= {number: begun - float(odds[row, len(stem), ids[number][-1]]) for number in stems[stem]}
        return [found[number] for number in range(len(answers))]

    def length(self, text: str) -> int:
        """In tokens."""
        return len(self._ids(text))

    def beginning(self, text: str, tokens: int) -> str:
        """What is left of a text when only so many tokens of it were written."""
        ids = self._ids(text)
        return text if len(ids) <= tokens else _storable(self._tokenizer.decode(ids[:tokens]))

    def seconds_a_reply(self, contexts: Sequence[Conversation], sampling: Sampling) -> float:
        """Mean time of a reply when nobody else asks."""
        began = time.perf_counter()
        for context in contexts:
            self.replies([context], sampling)
        return (time.perf_counter() - began) / len(contexts)

    def _prompt(self, context: Conversation) -> str:
        """The system prompt that a conversation is read behind."""
        if context[0].role != "system":
            return self._system
        return self._dressed(context[0].content) if self._dressed else context[0].content

    def _read(self, system: str) -> tuple[torch.Tensor, Any]:
        """The tokens of a system prompt and the opening, and the model's cache after reading them."""
        if system not in self._prefixes:
            self._prefixes[system] = self._read_first(system)
        return self._prefixes[system]

    def _read_first(self, system: str) -> tuple[torch.Tensor, Any]:
        from transformers import DynamicCache

        beginning = [ChatMessage(role="system", content=system), *self._opening]
        ids = torch.tensor([self._ids(self._render(beginning, answer=False))])
        ids = ids.to(self._model.device)
        with torch.inference_mode():
            cache = self._model(input_ids=ids, past_key_values=DynamicCache(config=self._model.config)).past_key_values
        return ids, cache

    def _heard(self, contexts: Sequence[Conversation], answers: Sequence[int] = ()) -> Iterator[Heard]:
        """Conversations behind one prompt and of like length together, so that little is padded, read up to their last
        token.

        Args:
            answers: how many tokens will be read after each.
        """
        encoded = [self._encode(context) for context in contexts]
        lengths = [len(tokens) + (answers[n] if answers else 0) for n, tokens in enumerate(encoded)]
        by_prompt: dict[str, list[int]] = defaultdict(list)
        for number, context in enumerate(contexts):
            by_prompt[self._prompt(context)].append(number)
        for prompt, found in by_prompt.items():
            order = sorted(found, key=lambda n: lengths[n])
            for start in range(0, len(order), self._batch):
                numbers = order[start : start + self._batch]
                yield self._hear(numbers, [encoded[n] for n in numbers], prompt)

    def _hear(self, numbers: list[int], rows: list[list[int]], prompt: str) -> Heard:
        prefix_ids, prefix = self._read(prompt)
        tokens, mask = self._padded(rows, prefix_ids)
        cache = deepcopy(prefix)
        cache.batch_repeat_interleave(len(rows))
        self._model(
            input_ids=tokens[:, prefix_ids.shape[1] : -1],
            attention_mask=mask[:, :-1],
            position_ids=_positions(mask)[:, prefix_ids.shape[1] : -1],
            past_key_values=cache,
            logits_to_keep=1,
        )
        return Heard(numbers, tokens, mask, cache)

    def _answers(self, batch: Heard, sampling: Sampling) -> dict[int, str]:
        """Replies by the numbers of their conversations. They stay in the cache: a batch is answered once."""
        out = self._model.generate(
            input_ids=batch.tokens,
            attention_mask=batch.mask,
            past_key_values=batch.cache,
            pad_token_id=self._tokenizer.pad_token_id,
            **sampling.options(),
        )
        texts = self._tokenizer.batch_decode(out[:, batch.tokens.shape[1] :], skip_special_tokens=True)
        return dict(zip(batch.numbers, map(_storable, texts), strict=True))

    def _losses(self, batch: Heard, answers: list[list[int]]) -> list[list[float]]:
        """Negative log-likelihood of each answer's tokens, in nats; the cache is afterwards as it was."""
        logits, padded = self._predicted(batch, answers)
        losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), padded, reduction="none", ignore_index=-1)
        return [row[: len(answer)] for row, answer in zip(losses.tolist(), answers, strict=True)]

    def _predicted(self, batch: Heard, answers: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (answers, tokens, vocabulary) of each token of the answers, and those tokens, padded with -1; the
        cache is afterwards as it was."""
        longest, pad = max(map(len, answers)), self._tokenizer.pad_token_id
        padded = torch.tensor([a + [pad] * (longest - len(a)) for a in answers], device=batch.tokens.device)
        spoken = torch.tensor([[1] * len(a) + [0] * (longest - len(a)) for a in answers], device=batch.tokens.device)
        mask = torch.cat([batch.mask, spoken], 1)[:, :-1]
        logits = self._model(
            input_ids=torch.cat([batch.tokens[:, -1:], padded[:, :-1]], 1),
            attention_mask=mask,
            position_ids=_positions(mask)[:, -longest:],
            past_key_values=batch.cache,
        ).logits
        batch.cache.crop(batch.tokens.shape[1] - 1)
        return logits.float(), padded.where(spoken == 1, -1)

    def _encode(self, context: Conversation) -> list[int]:
        """Tokens of a conversation after the system prompt, up to where the answer begins."""
        turns = [m for m in context if m.role != "system"]
        begun = turns.pop().content if turns[-1].role == "assistant" else ""
        system = ChatMessage(role="system", content="")
        empty = self._render([system], answer=False)
        return self._ids(self._render([system, *turns], answer=True).removeprefix(empty) + begun)

    def _render(self, messages: Conversation, *, answer: bool) -> str:
        # A persona answers as people do: models that can think aloud first, such as Qwen3, are told not to.
        rendered: str = self._tokenizer.apply_chat_template(
            [m.model_dump() for m in messages], tokenize=False, add_generation_prompt=answer, enable_thinking=False
        )
        return rendered

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def _padded(self, rows: list[list[int]], prefix_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The system prompt and each conversation, with the padding between them, and the mask over all of it."""
        width, device = max(map(len, rows)), self._model.device
        pad = self._tokenizer.pad_token_id
        tokens = torch.tensor([[pad] * (width - len(r)) + r for r in rows], device=device)
        mask = torch.tensor([[0] * (width - len(r)) + [1] * len(r) for r in rows], device=device)
        prefix = prefix_ids.expand(len(rows), -1)
        return torch.cat([prefix, tokens], 1), torch.cat([torch.ones_like(prefix), mask], 1)


def _repeated(heard: Heard, times: int) -> Heard:
    """One conversation that was read, as many times as it is to be answered."""
    cache = deepcopy(heard.cache)
    cache.batch_repeat_interleave(times)
    return replace(heard, tokens=heard.tokens.expand(times, -1), mask=heard.mask.expand(times, -1), cache=cache)


def _positions(mask: torch.Tensor) -> torch.Tensor:
    return (mask.cumsum(1) - 1).clamp(min=0)


def _storable(text: str) -> str:
    """Without the character that PostgreSQL cannot store: a model may write any."""
    return text.replace("\0", "").strip()
