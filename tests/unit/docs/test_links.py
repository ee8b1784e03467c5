from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.docs.pages import PAGES, ROOT, prose

LINK = re.compile(r"\]\(([^)\s]+)\)")
EXTERNAL = ("http://", "https://", "mailto:")


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        yield from ((page, target) for target in LINK.findall(prose(page)) if not target.startswith(EXTERNAL))


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), links(), ids=lambda part: part.name if isinstance(part, Path) else part)
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    linked = (page.parent / path).resolve() if path else page
    assert linked.exists(), f"{page.relative_to(ROOT)} -> {target}"
    if anchor:
        assert anchor in anchors(linked), f"{page.relative_to(ROOT)} -> {target}"


def test_every_page_can_be_reached_from_the_index() -> None:
    linked = {(page.parent / target.partition("#")[0]).resolve() for page, target in links()}
    folders = {path for path in linked if path.is_dir()}
    pages = [page for page in PAGES if (ROOT / "docs") in page.parents]
    lost = [p for p in pages if p not in linked and not folders.intersection(p.parents) and p.name != "index.md"]
    assert lost == []


def test_every_image_can_be_drawn() -> None:
    for image in (ROOT / "docs").rglob("*.svg"):
        root = ET.parse(image).getroot()
        assert root.get("viewBox"), image.name
        assert root.find("{*}title") is not None, f"{image.name} has no title for those who cannot see it"


def test_decisions_are_numbered_once() -> None:
    files = list((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert len(set(numbers)) == len(numbers)
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"# \d{4}: ", text), path.name
        assert text[2:6] == path.name[:4], path.name
        assert all(part in text for part in ("**Context.**", "**Decision.**", "**Consequences.**")), path.name
