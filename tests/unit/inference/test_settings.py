from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.inference.settings import InferenceSettings


def test_the_defaults_hold_together() -> None:
    settings = InferenceSettings(_env_file=None)
    assert settings.backend == "transformers"
    assert set(settings.disclosure) == set(settings.secret_warning) == {"en", "de", "ru"}


def test_adapters_outlive_the_replies_that_use_them() -> None:
    with pytest.raises(ValidationError, match="RELEASE_AFTER"):
        InferenceSettings(_env_file=None, reply_timeout="PT10M", release_after="PT5M")


def test_a_disclosure_cannot_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURE", '{"de": "eine KI"}')
    with pytest.raises(ValidationError, match="DISCLOSURE needs a text for 'en'"):
        InferenceSettings(_env_file=None)
