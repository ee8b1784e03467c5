"""Colours, once for the plots and for the page that they stand on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """``sides``: of train, val and test, told apart also without seeing colours."""

    paper: str
    ink: str
    soft: str
    line: str
    accent: str
    sides: tuple[str, str, str]
    bad: str


LIGHT = Palette("#ffffff", "#1d2530", "#5d6875", "#e3e7ec", "#3566a8", ("#3566a8", "#e0a030", "#2f9d85"), "#b3372f")
DARK = Palette("#191d23", "#e8ebef", "#a0aab6", "#333a44", "#7aa7e0", ("#6f9ddb", "#e8b456", "#5cc2aa"), "#ef8078")
