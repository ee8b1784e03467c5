"""What is compared: choices of a dataset and of a recipe. Each differs from ``ours`` in one, the peer in all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from services.trainer.recipes.resolving import resolve
from services.trainer.recipes.schema import SftRecipe
from services.trainer.recipes.shelf import SHIPPED, read_recipe
from shared.contracts.ingest import DatasetRequest

#: As it comes with the trainer, whatever the owner of this machine made of it.
SFT_CPU = resolve(read_recipe("smollm2-cpu", SHIPPED / "nobody")).of(SftRecipe)


@dataclass(frozen=True)
class Training:
    """LoRA by a recipe of the project, in the terms of ``SftRecipe``; ``targets`` are the linear layers adapted.

    Under a budget, ``epochs`` says how often what is read is read: twice as often means half as much of it.
    """

    rank: int = SFT_CPU.rank
    alpha: int = SFT_CPU.alpha
    dropout: float = SFT_CPU.dropout
    layers: float = SFT_CPU.layers
    targets: Literal["all-linear", "q_proj,v_proj"] = "all-linear"
    learning_rate: float = SFT_CPU.learning_rate
    epochs: int = 1
    batch: int = 1  # on a small budget, steps are what is scarce: see "batch 2"
    sequence_length: int = SFT_CPU.sequence_length
    warmup: float = SFT_CPU.warmup


@dataclass(frozen=True)
class Variant:
    """
    Args:
        pairing: whose rule makes conversations of messages.
        window: exchanges of context.
        bubbles: a burst's messages stay apart; else they are joined into one.
        register: the system prompt says to whom and in which language; else it is the same for all chats.
        room: tokens of an example, as ingest estimates them.
        anchors: this many typical exchanges begin every conversation that is answered ...
        anchors_learned: ... and every one that is learned from.
    """

    name: str
    training: Training = Training()
    pairing: Literal["ours", "peer"] = "ours"
    window: int = 8
    bubbles: bool = True
    register: bool = True
    room: int = DatasetRequest.model_fields["tokens"].default
    anchors: int = 0
    anchors_learned: bool = False


OURS = Variant("ours")
#: LoRA of rank 8 on queries and values, dropout 0.25, rate 1e-4, two epochs: what it comes with.
PEER_TRAINING = Training(
    rank=8,
    alpha=16,
    dropout=0.25,
    layers=1,
    targets="q_proj,v_proj",
    learning_rate=1e-4,
    epochs=2,
    sequence_length=1024,
)
PEER = Variant("peer", PEER_TRAINING, pairing="peer")
#: The peer's pairing by itself: what is left of the difference when both are trained alike.
PEER_PAIRING = Variant("peer pairing", Training(sequence_length=1024), pairing="peer")

HEADLINE = (OURS, PEER)
ABLATIONS = (
    PEER_PAIRING,
    replace(OURS, name="window 1", window=1),
    replace(OURS, name="window 6", window=6),
    replace(OURS, name="window 10", window=10),
    replace(OURS, name="bubbles joined", bubbles=False),
    replace(OURS, name="anchors shown", anchors=3),
    replace(OURS, name="anchors learned", anchors=3, anchors_learned=True),
    replace(OURS, name="one prompt", register=False),
    replace(OURS, name="256 tokens of room", room=OURS.training.sequence_length),
    replace(OURS, name="3 epochs", training=replace(OURS.training, epochs=3)),
    replace(OURS, name="rank 4", training=replace(OURS.training, rank=4, alpha=8)),
    replace(OURS, name="rank 64", training=replace(OURS.training, rank=64, alpha=128)),
    replace(OURS, name="all layers", training=replace(OURS.training, layers=1)),
    replace(OURS, name="rate 1e-3", training=replace(OURS.training, learning_rate=1e-3)),
    replace(OURS, name="batch 2", training=replace(OURS.training, batch=2)),
    replace(OURS, name="512 tokens", training=replace(OURS.training, sequence_length=512)),
)
VARIANTS = {variant.name: variant for variant in (*HEADLINE, *ABLATIONS)}
