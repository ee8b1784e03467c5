"""The tree of errors."""

from __future__ import annotations

from docs.generator.markdown import code, page, prose, table
from shared.errors import AnselmError

INTRODUCTION = """
Every service, and `anselm --json`, names an error by one of these codes. The message says in one line what is wrong,
the hint what to do. Codes never change their meaning; new ones may come, and a client treats one that it does not know
as `internal`.
"""


def pages() -> dict[str, str]:
    rows = [(code(cls.code), str(cls.status), prose(cls.__doc__)) for cls in _tree(AnselmError)]
    return {"errors.md": page("Errors", INTRODUCTION, table(("code", "HTTP status", "meaning"), rows))}


def _tree(cls: type[AnselmError]) -> list[type[AnselmError]]:
    """The class and those below it that ``shared`` defines, whatever else was imported."""
    children = (child for child in cls.__subclasses__() if child.__module__ == AnselmError.__module__)
    return [cls, *(found for child in children for found in _tree(child))]
