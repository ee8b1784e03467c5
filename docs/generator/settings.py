"""Settings of every process, from their pydantic classes."""

from __future__ import annotations

import types
from datetime import timedelta
from importlib import import_module
from inspect import getdoc, isclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ByteSize, SecretStr
from pydantic.fields import FieldInfo

from docs.generator.markdown import code, page, prose, table
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]

INTRODUCTION = """
Every process is set up by environment variables. A value comes from, in this order: the environment; the file `.env`
beside the code; a file in the folder `SECRETS_DIR` that is named like the variable in lower case; the default. An empty
variable counts as not set. Durations are seconds (`90`) or ISO 8601 (`PT90S`, `P7D`). How a computed default comes
about is in the last column.
"""


def pages() -> dict[str, str]:
    common = set(Settings.model_fields)
    parts = ["## Every process", _table(Settings, set())]
    for module in _modules():
        for name, kind in _classes(module):
            own = _table(kind, common)
            parts += [f"## {name}", _about(kind), own]
    return {"settings.md": page("Settings", INTRODUCTION, *parts)}


def _modules() -> list[str]:
    files = [*sorted((ROOT / "services").glob("*/settings.py")), *sorted((ROOT / "cli").rglob("settings.py"))]
    return [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]


def _classes(module: str) -> list[tuple[str, type[Settings]]]:
    titles = {"cli.settings": "The command line", "cli.stack.settings": "The embedded stack (`anselm up`)"}
    title = titles.get(module, module.split(".")[-2])
    found = vars(import_module(module)).values()
    return [
        (title, kind) for kind in found if isclass(kind) and kind.__module__ == module and issubclass(kind, Settings)
    ]


def _about(kind: type[Settings]) -> str:
    return prose(getdoc(kind)) if "__doc__" in vars(kind) and kind.__doc__ else ""


def _table(kind: type[Settings], without: set[str]) -> str:
    fields = [(name, field) for name, field in kind.model_fields.items() if name not in without]
    return table(
        ("variable", "value", "default", "meaning"),
        [(code(name.upper()), _kind(field), _default(field), field.description or "") for name, field in fields],
    )


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.default_factory is not None:
        return "computed"
    if isinstance(value, SecretStr) or value is None or value == "":
        return "none"
    if isinstance(value, dict):
        return "built in"
    if isinstance(value, timedelta):
        return code(f"{value.total_seconds():.12g}")
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(int(value) if isinstance(value, ByteSize) else value)


def _kind(field: FieldInfo) -> str:
    limits = [f"{sign} {bound:g}" for meta in field.metadata for sign, bound in _bounds(meta)]
    return ", ".join([_type(field.annotation), *limits])


def _bounds(meta: Any) -> list[tuple[str, float]]:
    signs = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    found = [(sign, getattr(meta, name, None)) for name, sign in signs.items()]
    return [(sign, bound) for sign, bound in found if isinstance(bound, int | float)]


def _type(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(code(choice) for choice in get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return _type(next(option for option in get_args(kind) if option is not type(None)))
    names = {bool: "yes or no", int: "whole number", float: "number", Path: "path", timedelta: "duration"}
    names |= {SecretStr: "secret", ByteSize: "bytes (`3GiB`)", str: "text"}
    return names.get(kind, "JSON" if get_origin(kind) in (dict, list) else "text")
