"""The HTTP APIs, from the OpenAPI description of each service's application."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from docs.generator.markdown import code, page, prose, table

ROOT = Path(__file__).resolve().parents[2]

INTRODUCTION = """
Every route but `/health` wants `Authorization: Bearer <SERVICE_TOKEN>`. Every answer carries an `x-request-id`, the one
that was sent or a new one. An error has the shape `{"error": {"message", "type", "code", "param", "hint",
"request_id"}}`; the codes are in [errors](errors.md).
"""


def pages() -> dict[str, str]:
    services = sorted(path.parent.name for path in (ROOT / "services").glob("*/api.py"))
    return {f"http-{service}.md": _page(service, _description(service)) for service in services}


def _description(service: str) -> dict[str, Any]:
    description: dict[str, Any] = import_module(f"services.{service}.app").create_app().openapi()
    return description


def _page(service: str, description: dict[str, Any]) -> str:
    routes = [
        _route(method, path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]
    schemas = description.get("components", {}).get("schemas", {})
    shapes = [shape(name, schema) for name, schema in schemas.items() if "ValidationError" not in name]
    return page(f"HTTP API of {service}", INTRODUCTION, "## Routes", *routes, "## Shapes" if shapes else "", *shapes)


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = [
        (code(p["name"]), p["in"], _type(p["schema"]), "required" if p.get("required") else _default(p["schema"]))
        for p in operation.get("parameters", [])
    ]
    body = _content(operation.get("requestBody", {}))
    answer = next((_content(a) for status, a in operation["responses"].items() if status.startswith("2")), "")
    said = [f"Takes {body}." if body else "", f"Answers {answer}." if answer else ""]
    parts = [
        f"### {method.upper()} {path}",
        prose(operation.get("description")),
        " ".join(filter(None, said)),
        table(("parameter", "in", "type", "default"), parameters) if parameters else "",
    ]
    return "\n\n".join(filter(None, parts))


def _content(body: dict[str, Any]) -> str:
    for schema in (content.get("schema", {}) for content in body.get("content", {}).values()):
        return _type(schema) if schema else ""
    return ""


def shape(name: str, schema: dict[str, Any]) -> str:
    """A JSON schema of an object or an enumeration as a section."""
    about = prose(schema.get("description"))
    if "enum" in schema:
        return f"### {name}\n\n{about}\n\nOne of {', '.join(code(value) for value in schema['enum'])}."
    required = schema.get("required", [])
    rows = [
        (code(field), _type(kind), "required" if field in required else _default(kind), prose(kind.get("description")))
        for field, kind in schema.get("properties", {}).items()
    ]
    shape = table(("field", "type", "default", "meaning"), rows) if rows else ""
    return "\n\n".join(filter(None, [f"### {name}", about, shape]))


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema as a phrase."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(dict.fromkeys(_type(option) for option in schema[union]))
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{_type(schema['additionalProperties'])} by name"
    return str(schema.get("format") or schema.get("type") or "any")


def _default(schema: dict[str, Any]) -> str:
    if "default" not in schema or schema["default"] is None:
        return ""
    value = schema["default"]
    return code(str(value).lower() if isinstance(value, bool) else value)
