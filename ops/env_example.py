"""Prints .env.example: every setting of every settings class, with its reason and its default.

python ops/env_example.py > .env.example
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

from pydantic import ByteSize, SecretStr
from pydantic.fields import FieldInfo

from shared.settings import CHECKOUT, Settings

#: Title and class, in the order of the file. Each shows only what those before it do not have.
CLASSES = {
    "Common": "shared.settings",
    "Embedded stack (anselm up)": "cli.stack.settings",
    "Command line": "cli.settings",
} | {
    path.parent.name: f"services.{path.parent.name}.settings"
    for path in sorted(CHECKOUT.glob("services/*/settings.py"))
}

HEAD = """\
Every setting, with its default. Copy this file to .env and uncomment what you change; nothing has to be changed for
`make demo`. The environment goes before .env, and .env before the secret files that `anselm init` makes.
Durations are seconds, hh:mm:ss or ISO 8601; sizes are bytes or 16GiB.
"""


def main() -> None:
    print(render(), end="")


def render() -> str:
    """The whole file."""
    lines = [*_comment(HEAD)]
    seen: set[str] = set()
    for title, module in CLASSES.items():
        fields = _settings_class(module).model_fields
        new = {field: info for field, info in fields.items() if field not in seen}
        seen |= new.keys()
        if new:
            lines += ["", f"# --- {title} ---"]
            for field, info in new.items():
                lines += ["", *_comment(info.description or ""), f"#{field.upper()}={_default(info)}"]
    return "\n".join(lines) + "\n"


def _settings_class(module: str) -> type[Settings]:
    found = vars(import_module(module)).values()
    return next(c for c in found if isinstance(c, type) and issubclass(c, Settings) and c.__module__ == module)


def _default(info: FieldInfo) -> str:
    if info.default_factory is not None or info.default is None:
        return ""
    return _text(info.default)


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, ByteSize):
        return value.human_readable(separator="")
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _comment(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        yield from (f"# {line}" for line in textwrap.wrap(paragraph, 116) or [""])


if __name__ == "__main__":
    main()
