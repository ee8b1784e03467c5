"""What holds for every file of the project."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("shared", "services", "cli")
LONGEST_FILE = 300
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".json", ".sh", ".conf", ".lock", ".html", ".svg", ".txt", ".j2", ""}


@cache
def tracked() -> tuple[Path, ...]:
    """Every text file that is, or would be, part of the project."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    git = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    names = git.stdout.splitlines() if git.returncode == 0 else [str(p.relative_to(ROOT)) for p in walk()]
    return tuple(path for name in names if (path := ROOT / name).is_file() and path.suffix in TEXT)


def walk() -> Iterator[Path]:
    for name in (*SOURCES, "tests", "docs", "examples", "benchmarks", "ops"):
        yield from (ROOT / name).rglob("*")


def python_files(*folders: str) -> list[Path]:
    return [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in folders]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_no_service_imports_another() -> None:
    lint = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout
    services = {p.name for p in (ROOT / "services").iterdir() if (p / "__init__.py").exists()}
    named = set(re.findall(r'"services\.(\w+)"', read(ROOT / "pyproject.toml")))
    assert services <= named, "a contract names every service"


def test_no_file_is_long() -> None:
    lines = {path: len(read(path).splitlines()) for path in python_files(*SOURCES) if "migrations" not in path.parts}
    assert {str(p.relative_to(ROOT)): n for p, n in lines.items() if n > LONGEST_FILE} == {}


def test_every_module_says_what_it_is_and_types_are_strings() -> None:
    silent = []
    for path in python_files(*SOURCES):
        tree = ast.parse(read(path))
        if not tree.body:
            continue
        imports = {n.module for n in tree.body if isinstance(n, ast.ImportFrom)}
        has_code = any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) for node in tree.body)
        if not ast.get_docstring(tree) or (has_code and "__future__" not in imports):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_no_exception_is_swallowed() -> None:
    swallowed = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*SOURCES)
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (is_broad(node.type) and all(isinstance(line, ast.Pass) for line in node.body)))
    ]
    assert swallowed == []


def is_broad(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")


@pytest.mark.parametrize("what", ["a note to oneself", "a place on this machine", "a host of this machine's"])
def test_no_file_holds(what: str) -> None:
    pattern = {
        "a note to oneself": re.compile(r"\b(TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b"),
        "a place on this machine": places(),
        "a host of this machine's": hosts(),
    }[what]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(read(path).splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def places() -> re.Pattern[str]:
    """The folders that the checkout and its user happen to live in."""
    folders = {str(p) for p in (ROOT, ROOT.parent, Path.home()) if len(p.parts) > 1}
    folders -= {"/root", "/app", "/home", "/tmp", "/srv", "/opt", "/var"}
    return re.compile("|".join(rf"(?<![\w.~/-]){re.escape(f)}(?![\w-])" for f in sorted(folders)) or r"(?!)")


def hosts() -> re.Pattern[str]:
    """The package indexes that this machine happens to use, be they hosts or folders."""
    urls = [value for name, value in os.environ.items() if name.endswith(("INDEX_URL", "FIND_LINKS", "DEFAULT_INDEX"))]
    parts = [urlsplit(url) for value in urls for url in value.split()]
    names = {name for part in parts if (name := part.hostname or part.path)}
    return re.compile("|".join(map(re.escape, sorted(names))) or r"(?!)")
