"""The buttons, and what pressing them says."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from shared.contracts.feedback import Verdict

LABELS = {Verdict.LIKE_ME: "Yes, I'd respond like that", Verdict.NOT_LIKE_ME: "Not like me"}
REACTIONS = {"👍": Verdict.LIKE_ME, "👎": Verdict.NOT_LIKE_ME}


class Rate(CallbackData, prefix="rate"):
    """A verdict on the reply above the button."""

    verdict: Verdict


class Forget(CallbackData, prefix="forget"):
    """The answer to "really?"; only who asked may give it."""

    user: int
    confirmed: bool


def feedback(chosen: Verdict | None = None) -> InlineKeyboardMarkup:
    """The two verdicts, the chosen one marked."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(
                    text=f"✓ {label}" if verdict == chosen else label, callback_data=Rate(verdict=verdict).pack()
                )
                for verdict, label in LABELS.items()
            ]
        ]
    )


def confirm_forgetting(user: int) -> InlineKeyboardMarkup:
    yes, no = Forget(user=user, confirmed=True), Forget(user=user, confirmed=False)
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="Forget me", callback_data=yes.pack()),
                InlineKeyboardButton(text="Keep it", callback_data=no.pack()),
            ]
        ]
    )
