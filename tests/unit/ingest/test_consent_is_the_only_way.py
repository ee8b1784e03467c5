"""Words for training or indexing come from ``consented_messages``, and no other query of ingest gives any.

The source is walked: a module that names a column of words, or takes whole rows of messages, must be listed here with
what it does with them. None of those lets the words out to training or indexing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest import models

INGEST = Path(models.__file__).parent
#: The columns of messages that hold words, whether sealed or clean.
WORDS = frozenset({"raw", "clean", "details"})
ALLOWED = {
    "repository/consented.py": "the one way: checks consent and business in the query",
    "repository/history.py": "cleans stored text again",
    "repository/wording.py": "tells the language of a contact, for the message that asks for consent",
    "repository/outgoing.py": "gives the owner their history back, on request",
    "repository/masked.py": "shows the owner what was masked",
    "repository/expiring.py": "drops raw text that is no longer kept",
    "repository/forgotten.py": "takes a forgotten person's name out of others' words",
}
READERS = {"gathering.py", "recalling.py"}
STATEMENT = re.compile(r"\bfrom\s+ingest\.messages\b|\bcopy\s+ingest\.messages\b|\bupdate\s+ingest\.messages\b", re.I)


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(INGEST.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(INGEST).as_posix(), path.read_text(encoding="utf-8")


def touches_words(source: str) -> list[int]:
    """The lines at which a module gets at words of messages."""
    tree = ast.parse(source)
    names = message_names(tree)
    return sorted({node.lineno for node in ast.walk(tree) if is_touch(node, names)})


def message_names(tree: ast.Module) -> set[str]:
    """Every name by which the module knows the table: imported, or assigned from it, also through ``aliased``."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "services.ingest.models"
        for alias in node.names
        if alias.name == "Message"
    }
    assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    for _ in assignments:
        for node in assignments:
            for target, value in pairs(node):
                if isinstance(target, ast.Name) and mentions_table(value, names):
                    names.add(target.id)
    return names


def pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def mentions_table(value: ast.expr, names: set[str]) -> bool:
    """Is it the table, or a call with it alone, as ``aliased(Message)``?"""
    if isinstance(value, ast.Call) and len(value.args) == 1:
        return mentions_table(value.args[0], names)
    return is_table(value, names)


def is_table(node: ast.AST, names: set[str]) -> bool:
    by_module = (
        isinstance(node, ast.Attribute) and node.attr == "Message" and ast.unparse(node.value).endswith("models")
    )
    return by_module or (isinstance(node, ast.Name) and node.id in names)


def is_touch(node: ast.AST, names: set[str]) -> bool:
    match node:
        case ast.Attribute(value=value, attr=attr) if is_table(value, names):
            return attr in WORDS or attr.startswith("__")
        case ast.Call(func=func, args=args) if any(is_table(argument, names) for argument in args):
            return not (isinstance(func, ast.Name) and func.id in ("delete", "aliased"))
        case ast.Constant(value=str(text)):
            return bool(STATEMENT.search(text)) and bool(re.search(r"\*|\b(raw|clean|details)\b", text))
    return False


def test_no_other_module_gets_at_words() -> None:
    found = {name: lines for name, source in modules() if (lines := touches_words(source))}
    assert found.keys() - ALLOWED.keys() == set(), found
    assert ALLOWED.keys() - found.keys() == set(), "a module of the list no longer needs to be on it"


def test_building_and_recalling_are_its_only_readers() -> None:
    asks = {name for name, source in modules() if "consented_messages" in source}
    assert asks == {"repository/consented.py", *READERS}


@pytest.mark.parametrize(
    "source",
    [
        "from services.ingest import models\nselect(models.Message.clean)",
        "from services.ingest import models\nm = models.Message\nselect(m.id, m.raw)",
        "from services.ingest import models\nm, c = models.Message, models.Chat\nselect(m.details)",
        "from services.ingest.models import Message as Row\nother = aliased(Row)\nselect(other.clean)",
        "from services.ingest.models import Message\nselect(Message).where(Message.chat_id == 1)",
        "from services.ingest import models\nsession.get(models.Message, (1, 2, 3))",
        "from services.ingest import models\nmodels.Message.__table__.c.raw",
        "text('select clean from ingest.messages')",
        "text('''select m.*\n  FROM ingest.messages m''')",
    ],
)
def test_the_walk_sees(source: str) -> None:
    assert touches_words(source)


@pytest.mark.parametrize(
    "source",
    [
        "from services.ingest import models\nselect(models.Message.id, func.count())",
        "from services.ingest import models\ndelete(models.Message).where(models.Message.id == 1)",
        "cleaner.clean(text)",
        "text('select m.id, m.fingerprint from ingest.messages m')",
        '"""Raw text of chats is kept in ingest.messages."""',
    ],
)
def test_the_walk_lets_pass(source: str) -> None:
    assert touches_words(source) == []
