"""Prometheus metrics, from the registry of each service's application."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from docs.generator.markdown import code, page, table
from services.bot.metrics import Metrics as BotMetrics

ROOT = Path(__file__).resolve().parents[2]

INTRODUCTION = """
Served under `/metrics` of each service, to whoever has the token. A histogram also has the series `_bucket`, `_sum` and
`_count`. vLLM has metrics of its own, whose names begin with `vllm:`.
"""


def pages() -> dict[str, str]:
    registries = {service: _registry(service) for service in _services()}
    common = set.intersection(*({_key(c) for c in _collectors(r)} for r in registries.values()))
    registries["bot"] = CollectorRegistry()
    BotMetrics(registries["bot"])
    parts = [
        "## Every service",
        _table(c for c in _collectors(registries["inference"]) if _key(c) in common),
    ]
    for service, registry in registries.items():
        own = [collector for collector in _collectors(registry) if _key(collector) not in common]
        parts += [f"## {service}", _table(own)] if own else []
    return {"metrics.md": page("Metrics", INTRODUCTION, *parts)}


def _services() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "services").glob("*/api.py"))


def _registry(service: str) -> CollectorRegistry:
    registry: CollectorRegistry = import_module(f"services.{service}.app").create_app().state.metrics
    return registry


def _collectors(registry: CollectorRegistry) -> list[Any]:
    return list(dict.fromkeys(registry._collector_to_names))


def _key(collector: Any) -> str:
    return str(collector._name)


def _table(collectors: Iterable[Any]) -> str:
    rows = [(code(_full_name(c)), c._type, ", ".join(map(code, c._labelnames)), c._documentation) for c in collectors]
    return table(("metric", "type", "labels", "meaning"), rows)


def _full_name(collector: Any) -> str:
    return f"{collector._name}_total" if collector._type == "counter" else str(collector._name)
