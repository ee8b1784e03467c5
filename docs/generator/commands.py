"""The command line, from its own parser."""

from __future__ import annotations

import click

from cli.main import COMMANDS, load
from docs.generator.markdown import code, page, table

INTRODUCTION = """
`anselm` talks to the services over HTTP. Results go to standard output, everything else to standard error; every
command has `--json` for scripts. It exits with 0 when it did what was asked, 1 when that was refused or failed, 2 when
it was called wrongly, 130 after Ctrl-C. `--debug` anywhere shows tracebacks.
"""


def pages() -> dict[str, str]:
    overview = table(
        ("command", "what it does"), [(code(f"anselm {name}"), what) for name, (_, what) in COMMANDS.items()]
    )
    parts = [part for name in COMMANDS for part in _describe(f"anselm {name}", load(name))]
    return {"cli.md": page("Command line", INTRODUCTION, overview, *parts)}


def _describe(path: str, command: click.Command) -> list[str]:
    if isinstance(command, click.Group):
        own = _describe_one(path, command) if command.invoke_without_command else []
        return own + [part for name, child in command.commands.items() for part in _describe(f"{path} {name}", child)]
    return _describe_one(path, command)


def _describe_one(path: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    rows = [(_name(parameter), _default(parameter), _help(parameter)) for parameter in command.params]
    return [
        f"## {path}",
        f"```text\n{usage}\n```",
        command.help or "",
        table(("parameter", "default", "meaning"), rows),
    ]


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return code(parameter.human_readable_name)
    return ", ".join(code(name) for name in parameter.opts)


def _default(parameter: click.Parameter) -> str:
    default = parameter.default
    if default in (None, "", False, [], ()) or callable(default) or repr(default).startswith("Sentinel"):
        return ""
    return code(getattr(default, "value", default))


def _help(parameter: click.Parameter) -> str:
    choices = getattr(parameter.type, "choices", ())
    listed = "One of " + ", ".join(code(getattr(c, "value", c)) for c in choices) + "." if choices else ""
    return " ".join(filter(None, [getattr(parameter, "help", None), listed]))
