"""ingest: Telegram in, clean and consented datasets out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field, JsonValue

from shared.contracts.base import ChatMessage, Contract, Name
from shared.contracts.jobs import JobState
from shared.contracts.privacy import Offender
from shared.system_prompt import Relation


class Purpose(StrEnum):
    """What a person may allow their words in one chat to be used for."""

    TRAIN = "train"
    RETRIEVE = "retrieve"


class RefusedExample(Contract):
    """The first of its kind that was refused: where to look in the export."""

    chat: str
    message_id: int | None
    reason: str
    field: str


class ImportReport(Contract):
    """What an import did with every message that it read; ``read`` is the sum of the parts.

    ``deleted`` is beside them: what a pull removed here because Telegram no longer has it.
    """

    chats: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    service: int = 0
    service_by: dict[str, int] = Field(default_factory=dict, description="service messages by what happened")
    by_chat: dict[str, int] = Field(default_factory=dict, description="messages that can be stored, by chat id")
    by_month: dict[str, int] = Field(default_factory=dict, description="the same by month, as 2024-03, in UTC")
    topics: int = Field(default=0, description="topics of forums")
    refused: dict[str, int] = Field(default_factory=dict)
    refused_examples: list[RefusedExample] = Field(default_factory=list)
    deleted: int = Field(default=0, description="stored messages that were deleted at Telegram and now here")
    media_only: int = 0
    from_owner: int = 0
    masked: dict[str, int] = Field(default_factory=dict, description="masked strings by kind")


class Import(Contract):
    id: str
    state: JobState
    filename: str
    source: str = Field(default="export", description="export, or pull")
    owner: str | None = Field(description="pseudonym of the owner, once the export named them")
    report: ImportReport
    error: str | None = None
    created_at: datetime
    finished_at: datetime | None = None


class Person(Contract):
    """Someone in the history. ``id`` is the stable pseudonym ``user_XXXX``; real names never leave ingest
    except to the owner, who asks with ``names=true``."""

    id: str
    name: str | None = None
    is_owner: bool
    messages: int


class Chat(Contract):
    id: int
    name: str | None = None
    type: str
    messages: int
    people: list[str]
    relation: Relation = Field(
        default=Relation.FRIEND, description="what those who write in it are to the owner, in the system prompt"
    )
    relation_set: bool = Field(default=False, description="the owner said so; else it follows from name and type")


class ChatRelation(Contract):
    relation: Relation | None = Field(description="none: what follows from the chat's name and type")


class ConsentGrant(Contract):
    """``person``: a pseudonym or the exact name in the export; ``chat``: an id, or none for every chat with them."""

    person: str
    chat: int | None = None
    purposes: list[Purpose]
    evidence: str = Field(min_length=1, description="how the person agreed, in the owner's words")


class Consent(Contract):
    person: str
    name: str | None = None
    chat: int
    purpose: Purpose
    evidence: str
    granted_at: datetime
    revoked_at: datetime | None = None


class ConsentMessage(Contract):
    """What the owner can send to a contact to ask for consent. It has real names in it."""

    person: str
    chats: list[int] = Field(description="what it asks about")
    language: str = Field(description="ISO 639-1")
    text: str


class DatasetRequest(Contract):
    persona: Name
    chats: list[int] | None = Field(default=None, description="chat ids to learn from; none: every consented chat")
    window: int = Field(default=8, ge=1, le=20, description="exchanges of context before a reply")
    relations: list[Relation] | None = Field(
        default=None, description="only chats with these, as work for a professional persona; none: whatever they are"
    )
    tokens: int = Field(default=2048, ge=64, le=131_072, description="length of an example; the oldest context goes")
    session_gap_s: int | None = Field(
        default=None, ge=60, description="silence that ends a session; none: found for each chat from its own silences"
    )
    system_prompt: str | None = Field(
        default=None,
        description="none: written from the owner's first name. {relation} and {language} are filled in for each "
        "conversation; without them it stays as it is",
    )
    emoji_only: bool = Field(default=True, description="keep replies that are only emoji, where they are a habit")
    brief_share: float = Field(
        default=0.25, ge=0, le=1, description='largest share of replies of a word or two that recur, as "ok"'
    )
    chat_examples: int = Field(default=20_000, ge=1, description="most examples of one chat, in whole threads")
    canaries: int = Field(
        default=0, ge=0, le=64, description="made-up secrets planted in the training split, to measure leaks by"
    )
    canary_repeats: int = Field(
        default=1, ge=1, le=100, description="training examples that hold each: what recurs is memorised sooner"
    )


class SplitStatistics(Contract):
    examples: int
    threads: int
    reply_tokens: int = Field(description="words, as the default model-free tokenizer counts them")
    reply_characters_mean: float
    bubbles_mean: float


class SplitProof(Contract):
    """Counted again over what is kept in mind of the examples: the first three are 0."""

    near_duplicates: int = Field(description="examples whose 5-grams have a Jaccard of 0.8 with one of another side")
    shared_messages: int = Field(description="messages that stand in threads of two sides")
    moved: int = Field(description="replies that were on another side in an earlier version")
    left_out_repeated: int = Field(description="examples left out so that the first is 0")
    left_out_elsewhere: int = Field(description="examples left out so that the third is 0")


class DatasetStatistics(Contract):
    splits: dict[str, SplitStatistics]
    languages: dict[str, int] = Field(default_factory=dict)
    reply_length_histogram: dict[str, int] = Field(default_factory=dict)
    chats: dict[str, dict[str, int]] = Field(default_factory=dict, description="examples by chat and split")
    months: dict[str, dict[str, int]] = Field(default_factory=dict, description="examples by month, in UTC, and split")
    hours: dict[str, int] = Field(default_factory=dict, description="replies by the hour of the day, in UTC")
    bubbles: dict[str, int] = Field(default_factory=dict, description="replies by how many messages they are sent in")
    emoji: dict[str, int] = Field(default_factory=dict, description="the most frequent emoji of the replies")
    replies_with_emoji: int = 0
    proof: SplitProof | None = Field(default=None, description="that nothing of one split is in another")
    withheld_messages: int = Field(default=0, description="messages left out for want of consent")
    near_duplicates_removed: int = 0
    left_out: dict[str, int] = Field(default_factory=dict, description="messages left out, by reason")
    canaries: int = Field(default=0, description="made-up secrets planted in the training split")
    canary_examples: int = Field(default=0, description="training examples that hold them, not counted in splits")
    measured_by: str = Field(default="", description="the tokenizer that told how long examples are, or the estimate")
    registers: dict[str, int] = Field(default_factory=dict, description="examples by relation and language")


class Dataset(Contract):
    """An immutable version: a folder with sft_data.json, {train,val,test}.jsonl, lineage and a manifest."""

    name: Name
    persona: Name
    version: int
    state: JobState
    system_prompt: str
    path: str | None
    digest: str | None
    tainted: bool = False
    statistics: DatasetStatistics | None = None
    offenders: list[Offender] = Field(default_factory=list, description="what keeps it from being sealed")
    error: str | None = None
    created_at: datetime


class SettingChange(Contract):
    before: JsonValue
    after: JsonValue


class ChatDiff(Contract):
    """Examples of one chat; ``changed`` have the same reply, and other words or other messages around it."""

    added: int
    removed: int
    changed: int
    unchanged: int


class DatasetDiff(Contract):
    """What a version has that another has not."""

    before: Name
    after: Name
    settings: dict[str, SettingChange] = Field(description="those that differ")
    chats: dict[str, ChatDiff]
    moved: int = Field(description="examples that are on another side of the split: 0")
    statistics: tuple[DatasetStatistics, DatasetStatistics]


class Example(Contract):
    """One line of a dataset: context -> reply, and the messages that it came from."""

    id: str
    thread: str
    messages: list[ChatMessage]
    replies: list[str] = Field(
        default_factory=list, description="ids of the assistant's turns, this example's last: each is learned once"
    )
    message_ids: list[str] = Field(description="``chat:message`` for every message in it, reply last")
    people: list[str] = Field(default_factory=list, description="pseudonyms of everyone whose words are in it")


class Exchange(Contract):
    """A past exchange that may be retrieved: what was said to the owner, and what the owner answered."""

    id: str
    chat: int
    at: datetime
    context: str
    reply: str
    message_ids: list[str]
    people: list[str]
    held_out: bool = Field(default=False, description="a persona's newest dataset keeps it to be evaluated on")


class ExchangePage(Contract):
    items: list[Exchange]
    next: str | None
