"""Settings of the gateway."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import Settings
from shared.system_prompt import Relation

DISCLOSURE = {
    "en": "I'm an AI persona: a language model that imitates how a real person writes. "
    "You are not talking to that person.",
    "de": "Ich bin eine KI-Persona: ein Sprachmodell, das den Schreibstil eines echten Menschen nachahmt. "
    "Du sprichst nicht mit diesem Menschen.",
    "ru": "Я ИИ-персона: языковая модель, которая подражает манере письма реального человека. "
    "Вы говорите не с этим человеком.",
}

SECRET_WARNING = {
    "en": "That looks like a password, key or card number. Please don't send me secrets; I have not kept that message.",
    "de": "Das sieht nach einem Passwort, Schlüssel oder einer Kartennummer aus. Bitte schick mir keine Geheimnisse; "
    "ich habe die Nachricht nicht behalten.",
    "ru": "Похоже на пароль, ключ или номер карты. Пожалуйста, не присылайте мне секреты; это сообщение я не сохранил.",
}


class InferenceSettings(Settings):
    """The defaults suit short chat replies of a 135M model on a CPU and of an 8B model on a GPU alike."""

    backend: Literal["transformers", "vllm"] = Field(
        default="transformers",
        description="The model server: transformers (merged checkpoints, runs on a CPU) or vllm (LoRA at run time)",
    )
    model_server_url: str = Field(default="http://127.0.0.1:8106", description="Where the model server answers")
    model_server_key: SecretStr = Field(default=SecretStr(""), description="vLLM's --api-key, if it has one")
    prepare_timeout: timedelta = Field(
        default=timedelta(minutes=5),
        description="Loading an adapter or a checkpoint may take this long; an 8B from disk does",
    )

    registry_interval: timedelta = Field(
        default=timedelta(seconds=30),
        description="The trainer is asked for live adapters this often, even when it announced no change; "
        "also keeps checkpoints in the model server's memory, which drops idle ones",
    )
    release_after: timedelta = Field(
        default=timedelta(minutes=10),
        description="A replaced adapter stays loaded this long: a roll-back finds it there",
    )

    max_in_flight: int = Field(
        default=16, ge=1, description="Replies written or awaited at once; more are refused with 429 and Retry-After"
    )
    reply_timeout: timedelta = Field(
        default=timedelta(seconds=120), description="A reply is cut here: on one CPU core, several queue for the model"
    )
    context_timeout: timedelta = Field(
        default=timedelta(seconds=5), description="Retrieval that takes longer is done without"
    )

    message_characters: int = Field(default=4_096, ge=1, le=8_000, description="Longest message; Telegram's own limit")
    prompt_characters: int = Field(
        default=4_000,
        ge=500,
        description="Longest prompt, some 1,000 to 1,500 tokens: what a CPU reads in a few seconds; oldest parts go",
    )
    prompt_turns: int = Field(
        default=12, ge=0, le=100, description="Remembered messages of the conversation; training saw 6 to 10 exchanges"
    )
    prompt_examples: int = Field(
        default=2,
        ge=0,
        le=10,
        description="Similar past exchanges; small models copy from more, an 8B gains from 3 to 5",
    )
    prompt_anchors: int = Field(default=1, ge=0, le=10, description="Typical past exchanges; as above")

    relation: Relation = Field(
        default=Relation.FRIEND, description="What readers are to a persona unless a request tells: how it speaks"
    )
    relations: dict[str, Relation] = Field(
        default_factory=dict, description='The same for single personas; JSON, as {"anselm-pro": "work"}'
    )

    reply_temperature: float = Field(default=0.8, ge=0, le=2, description="Lively without losing the thread")
    reply_top_p: float = Field(default=0.9, gt=0, le=1, description="Cuts the tail in which small models derail")
    reply_repetition_penalty: float = Field(
        default=1.1, ge=1, le=2, description="Small models loop without it; above 1.2 they avoid the words they need"
    )
    reply_max_tokens: int = Field(
        default=96,
        ge=1,
        description="Tokens of a reply unless the request says otherwise: a long chat message, and ten seconds of one "
        "CPU core when a small model rambles",
    )
    reply_max_tokens_limit: int = Field(default=512, ge=1, description="Tokens of a reply, whatever the request says")

    disclosure: dict[str, str] = Field(
        default=DISCLOSURE, description="What a persona answers when asked whether it is an AI, by language; JSON"
    )
    secret_warning: dict[str, str] = Field(
        default=SECRET_WARNING, description="What a persona answers to a message with a secret in it, by language; JSON"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name in ("disclosure", "secret_warning"):
            if not getattr(self, name).get("en", "").strip():
                raise ValueError(f"{name.upper()} needs a text for 'en', which stands in for every other language")
        if self.release_after <= self.reply_timeout:
            raise ValueError("RELEASE_AFTER must be longer than REPLY_TIMEOUT, or replies in flight lose their adapter")
        return self
