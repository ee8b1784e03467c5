"""trainer: runs, adapters, evaluations, promotions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.contracts.base import ChatMessage, Contract, Name
from shared.contracts.jobs import JobState


class Stage(StrEnum):
    BASELINE = "baseline"
    SFT = "sft"
    MERGE = "merge"
    EVALUATE = "evaluate"
    DPO = "dpo"
    KTO = "kto"


class RunRequest(Contract):
    """``dataset`` for baseline and sft; ``adapter`` for merge, evaluate, dpo and kto;
    ``preferences`` (a preference dataset's name) for dpo and kto. ``recipe`` overrides single settings of
    the recipe that ``recipe_name`` names."""

    stage: Stage
    persona: Name
    dataset: Name | None = None
    adapter: Name | None = None
    preferences: Name | None = None
    recipe_name: Name | None = Field(default=None, description="none: chosen by machine and base model")
    recipe: dict[str, Any] = Field(default_factory=dict)
    queue: Annotated[str, StringConstraints(pattern=r"^gpu(-[a-z0-9]{1,20}){0,3}$")] = Field(
        default="gpu", description="of the workers that may take it; one that none works on waits"
    )
    key: str | None = Field(default=None, description="idempotency key: the same key is the same run")


class Run(Contract):
    id: str
    stage: Stage
    persona: Name
    state: JobState
    queue: str = "gpu"
    dataset: Name | None
    adapter: Name | None = Field(description="the adapter that the run made or worked on")
    preferences: Name | None
    base_model: str
    recipe_name: Name | None = Field(default=None, description="the recipe that was asked for by name")
    recipe: dict[str, Any]
    metrics: dict[str, Any]
    attempts: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class Setting(Contract):
    """A setting of a run and where its value came from: ``default``, a recipe's file, or ``this run``."""

    name: str
    value: Any
    source: str


class MemoryEstimate(Contract):
    """What a run needs, in bytes."""

    parts: dict[str, int]
    per: str = Field(description="what has to have it: each GPU, or the machine")

    @property
    def total(self) -> int:
        return sum(self.parts.values())


class ResolvedRecipe(Contract):
    """The settings that a run follows, or would follow."""

    name: str
    made_for: str = Field(description="the base model that the recipe's numbers were chosen for")
    base_model: str = Field(description="the one that is trained")
    settings: list[Setting]
    memory: MemoryEstimate | None = Field(default=None, description="none: the model's sizes are not known")
    memory_free: int | None = Field(default=None, description="bytes that each GPU, or the machine, has for it")
    config: dict[str, Any] | None = Field(default=None, description="axolotl's configuration, for sft")


class RecipeSummary(Contract):
    """A recipe that a run may name."""

    name: str
    stage: Stage
    base_model: str
    device: str
    gpus: int
    gpu_memory: int | None = Field(description="GiB of each GPU that it was made for")
    files: list[str] = Field(description="where its settings come from; the last one wins")


class MetricPoint(Contract):
    """One line of a run's live curve."""

    step: int
    values: dict[str, float]


class Sample(Contract):
    """One held-out message with three answers to it."""

    context: list[ChatMessage]
    message: str
    base: str
    persona: str
    owner: str


class Gate(Contract):
    passed: bool
    reasons: list[str] = Field(description="why it was refused; empty when passed")


class LeakFigures(Contract):
    """What a model gives up of the training data. ``exposure`` is by how many bits it shortens the search for a planted
    secret: 0 is no help, 29.9 names it at once; none where none was planted."""

    exposure_max: float | None = None
    exposure_mean: float | None = None
    asked: int = Field(default=0, description="secrets that are exposed enough to be asked for")
    extracted: int = Field(default=0, description="secrets that a reply gave up when asked")
    verbatim: int = Field(description="replies to held-out messages with over 50 characters of training text in a row")
    verbatim_longest: int = Field(default=0, description="characters of the longest such run, without spaces")
    replies: int = Field(description="replies that were searched for it")


class Leaks(Contract):
    """``canaries`` secrets were planted, each in ``repeats`` training examples; with none, only repeated text is
    measured."""

    canaries: int
    repeats: int
    persona: LeakFigures
    base: LeakFigures


class Evaluation(Contract):
    """Figures on held-out threads. ``base`` is the untuned model with a good prompt, measured in the same way.

    Keys of the figure dictionaries: ``auc`` (a classifier telling real replies from generated ones; 0.5 is
    indistinguishable), ``style_score`` (mean probability of being the owner's), ``nll`` (nats a token of the real
    replies), ``length``, ``bubbles``, ``emoji``, ``lower_case`` ... (surface style), ``latency_s`` (seconds a reply).
    """

    adapter: Name
    dataset: Name
    split: str
    owner: dict[str, float]
    base: dict[str, float]
    persona: dict[str, float]
    leaks: Leaks | None = Field(default=None, description="none: evaluated before leaks were measured")
    gate: Gate
    samples: list[Sample]
    created_at: datetime


class AdapterState(StrEnum):
    """``trained``: not evaluated yet; ``evaluated``: it did not pass; ``candidate``: it did, and may be promoted;
    ``removed``: its weights are gone, to free space."""

    TRAINED = "trained"
    EVALUATED = "evaluated"
    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"
    TAINTED = "tainted"
    REMOVED = "removed"


class Adapter(Contract):
    """An immutable LoRA adapter. Its name says what it is: ``anselm-v7``."""

    name: Name
    persona: Name
    version: int
    stage: Stage
    state: AdapterState
    base_model: str
    dataset: Name
    preferences: Name | None = Field(default=None, description="the preference dataset, where it learned from one")
    parent: Name | None = Field(description="the adapter that it continues")
    path: str
    merged_path: str | None
    digest: str
    system_prompt: str
    evaluation: Evaluation | None = None
    created_at: datetime


class Promotion(Contract):
    persona: Name
    adapter: Name
    previous: Name | None
    rolled_back: bool = False
    at: datetime


class Lineage(Contract):
    """Where an adapter comes from, and what became of it."""

    adapter: Adapter
    run: Run | None = Field(description="the run that made it, with its recipe and its figures")
    ancestors: list[Adapter] = Field(description="what it continues, the nearest first")
    continued_by: list[Name]
    promotions: list[Promotion] = Field(description="newest first")


class CleanedKind(StrEnum):
    MERGED = "merged"
    ADAPTER = "adapter"
    CHECKPOINTS = "checkpoints"


class Removed(Contract):
    """Files that were removed. ``name`` is an adapter's, or a run's for checkpoints."""

    kind: CleanedKind
    name: str
    why: str
    bytes: int


class KeptAdapter(Contract):
    name: Name
    why: str


class Cleaned(Contract):
    """What freeing space removed, or would."""

    removed: list[Removed]
    kept: list[KeptAdapter]
    bytes: int
    dry_run: bool


class Route(Contract):
    """What inference needs to speak for a persona: the live adapter and where its weights lie."""

    persona: Name
    adapter: Name
    base_model: str
    adapter_path: str
    merged_path: str | None
    system_prompt: str


class PublishRequest(Contract):
    """How an adapter is published."""

    title: Annotated[str, StringConstraints(pattern=r"^[^\n\r#`<>]{1,80}$")] | None = Field(
        default=None, description="of the model card; none: the adapter's name"
    )
    license: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}$")] | None = Field(
        default=None, description="an id of Hugging Face's list, for example cc-by-nc-4.0; none: the card gives none"
    )
    base_model: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,96}/[\w.-]{1,96}$")] | None = Field(
        default=None, description="what others know the base model by; needed where it was a folder"
    )
    with_system_prompt: bool = Field(default=False, description="put the system prompt on the card: it may name people")
    without_canaries: bool = Field(
        default=False, description="publish though no secrets were planted to measure leaks by; the card tells"
    )


#: The files of a published adapter, in their order.
PUBLISHED = ("README.md", "adapter_config.json", "adapter_model.safetensors")

#: Redis channel on which the trainer says that promotions changed; the payload is the persona's name.
REGISTRY_CHANNEL = "anselm:registry-changed"
