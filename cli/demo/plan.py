"""What the demo does it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.settings import CHECKOUT

SAMPLE = CHECKOUT / "examples" / "anselm"


@dataclass(frozen=True)
class Plan:
    """The sample, the recipes, and what is said. A test puts smaller things in their place.

    Attributes:
        sft, dpo: settings of the recipes that are not the defaults.
        canaries: made-up secrets planted in the dataset, to measure leaks by.
        rewrites: replies that the owner rewrites for the preference pass.
        said: what a tester writes to the bot; each reply is rated, the first as the owner's, the next not, and so on.
    """

    export: Path = SAMPLE / "result.json"
    consents: Path = SAMPLE / "consents.json"
    persona: str = "anselm"
    owner: str = "Anselm"
    sft: dict[str, Any] = field(default_factory=dict)
    dpo: dict[str, Any] = field(default_factory=dict)
    canaries: int = 4
    rewrites: int = 12
    said: tuple[str, ...] = (
        "Hi! How are you today?",
        "My bike makes a terrible noise. Can you have a look at it?",
        "Are you still baking bread at night?",
    )
