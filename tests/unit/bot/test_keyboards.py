from __future__ import annotations

import pytest

from services.bot import keyboards
from services.bot.keyboards import Forget, Rate
from shared.contracts.feedback import Verdict


@pytest.mark.parametrize("chosen", [None, *Verdict])
def test_the_chosen_verdict_is_marked_and_both_can_still_be_pressed(chosen: Verdict | None) -> None:
    (row,) = keyboards.feedback(chosen).inline_keyboard
    for verdict, button in zip(Verdict, row, strict=True):
        assert button.text == ("✓ " if verdict == chosen else "") + keyboards.LABELS[verdict]
        assert Rate.unpack(button.callback_data or "").verdict == verdict


def test_the_forget_buttons_name_who_asked() -> None:
    (row,) = keyboards.confirm_forgetting(4711).inline_keyboard
    assert [Forget.unpack(b.callback_data or "") for b in row] == [
        Forget(user=4711, confirmed=True),
        Forget(user=4711, confirmed=False),
    ]
