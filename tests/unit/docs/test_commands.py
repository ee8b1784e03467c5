"""Every command in the documentation exists, with every option that it is given."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from importlib import import_module

import click
import pytest
import yaml

from cli.main import COMMANDS, load
from shared.settings import Settings
from tests.unit.docs.pages import PAGES, ROOT, Line, blocks, commands

ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)", re.DOTALL)

#: Variables that no settings class knows: those of make, of Compose itself, and the folder of secret files.
OTHER_VARIABLES = {"KEEP", "NAME", "SECRETS_DIR", "COMPOSE_FILE"}

OF_SERVICES = {"run", "exec", "logs", "restart", "stop", "start"}
COMPOSE_COMMANDS = OF_SERVICES | {"up", "down", "ps", "pull", "build", "config", "cp"}


@pytest.mark.parametrize("line", commands(), ids=str)
def test_a_documented_command_exists(line: Line) -> None:
    words = shlex.split(line.command, comments=True)
    while words and (assignment := ASSIGNMENT.fullmatch(words[0])):
        assert assignment[1] in variables(), f"no setting is called {assignment[1]}"
        words = words[1:]
    if words:
        check = CHECKS.get(words[0])
        assert check, f"{words[0]}: no check for this command"
        check(words[1:])


def check_anselm(arguments: list[str]) -> None:
    name, *rest = arguments
    assert name in COMMANDS, f"there is no anselm {name}"
    command = load(name)
    while isinstance(command, click.Group) and (rest or not command.invoke_without_command):
        assert rest, f"anselm {name} needs a command"
        assert rest[0] in command.commands, f"anselm {name} has no {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    if "--help" not in rest:
        command.make_context(name, rest)


def check_make(arguments: list[str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for argument in arguments:
        if assignment := ASSIGNMENT.fullmatch(argument):
            assert assignment[1] in variables()
            if assignment[1] == "NAME":
                bench = ROOT / "benchmarks" / assignment[2]
                assert bench.with_suffix(".py").exists() or (bench / "__main__.py").exists()
        else:
            assert argument in targets, f"make {argument}"


def check_docker(arguments: list[str]) -> None:
    assert arguments[0] == "compose", "only docker compose is used"
    given = [arguments[i + 1] for i, argument in enumerate(arguments) if argument in ("-f", "--file")]
    assert all((ROOT / file).exists() for file in given)
    command, *rest = [a for a in arguments[1:] if not a.startswith("-") and a not in given]
    assert command in COMPOSE_COMMANDS, f"docker compose has no {command}"
    if command in OF_SERVICES and rest:
        assert rest[0] in compose_services(), f"docker compose has no service {rest[0]}"
    if command == "run" and rest[0] == "anselm":
        check_anselm(arguments[arguments.index("anselm") + 1 :])


@cache
def compose_services() -> frozenset[str]:
    return frozenset(
        service
        for file in ROOT.glob("docker-compose*.yml")
        for service in yaml.load(file.read_text(), Loader=Compose)["services"]
    )


class Compose(yaml.SafeLoader):
    """Takes Compose's own tags, such as ``!reset``."""


Compose.add_multi_constructor("!", lambda loader, suffix, node: None)


def check_curl(arguments: list[str]) -> None:
    (url,) = (argument for argument in arguments if argument.startswith("http"))
    found = re.fullmatch(r"https?://[\w.]+:(\d+)(/[^?]*)(\?.*)?", url)
    assert found, url
    service = {
        f"{8101 + i}": name for i, name in enumerate(("ingest", "trainer", "inference", "retrieval", "feedback"))
    }
    if name := service.get(found[1]):
        patterns = [re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path)) for path in paths(name)]
        assert any(re.fullmatch(pattern, found[2]) for pattern in patterns), f"{name} has no {found[2]}"


def check_export(arguments: list[str]) -> None:
    for argument in arguments:
        assert (assignment := ASSIGNMENT.fullmatch(argument))
        assert assignment[1] in variables(), assignment[1]


def check_file(arguments: list[str]) -> None:
    files = [argument for argument in arguments if argument.endswith(".py")]
    assert files or arguments[:1] == ["-m"], arguments
    assert all((ROOT / file).exists() for file in files)


def check_source(arguments: list[str]) -> None:
    assert arguments == [".venv/bin/activate"]


def check_nothing(arguments: list[str]) -> None:
    """A tool that is not of this project."""


SHELL = ("cp", "echo", "cat", "mkdir", "touch", "printf", "for", "chmod", "ls", "nvidia-smi", "psql", "sudo")


CHECKS = {
    "anselm": check_anselm,
    ".venv/bin/anselm": check_anselm,
    "make": check_make,
    "docker": check_docker,
    "curl": check_curl,
    "export": check_export,
    "python": check_file,
    "source": check_source,
    **dict.fromkeys(SHELL, check_nothing),
}


@cache
def variables() -> frozenset[str]:
    """Every environment variable that some settings class or compose file knows."""
    files = [*(ROOT / "services").glob("*/settings.py"), *(ROOT / "cli").rglob("settings.py")]
    for file in files:
        import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    known = {name.upper() for kind in (Settings, *Settings.__subclasses__()) for name in kind.model_fields}
    composed = {
        name for file in ROOT.glob("docker-compose*.yml") for name in re.findall(r"\$\{(\w+)", file.read_text())
    }
    return frozenset(known | composed | OTHER_VARIABLES)


@cache
def paths(service: str) -> tuple[str, ...]:
    return tuple(import_module(f"services.{service}.app").create_app().openapi()["paths"])


def test_every_setting_in_a_block_of_settings_exists() -> None:
    lines = [line for page in PAGES for body in blocks(page, "text") for line in body.splitlines()]
    named = {found[1] for line in lines if (found := ASSIGNMENT.fullmatch(line))}
    assert named <= variables()


def test_every_block_of_python_can_be_parsed() -> None:
    for page in PAGES:
        for body in blocks(page, "python"):
            ast.parse(body, filename=str(page))


def test_every_line_of_a_console_block_has_a_prompt_or_is_an_answer() -> None:
    unmarked = [
        f"{page.relative_to(ROOT)}: {line}"
        for page in PAGES
        for body in blocks(page, "console")
        for line in body.splitlines()
        if re.match(r"(anselm|make|docker|curl|export|source) ", line)
    ]
    assert unmarked == []
