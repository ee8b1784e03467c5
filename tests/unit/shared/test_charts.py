from __future__ import annotations

from xml.etree import ElementTree

import pytest

from shared.charts import HEIGHT, WIDTH, Chart, draw_bars

SVG = "{http://www.w3.org/2000/svg}"


def parsed(counts: dict[str, int], title: str = "a chart") -> ElementTree.Element:
    return ElementTree.fromstring(draw_bars(Chart(title, "month", "messages", counts)))


def test_texts_are_escaped_and_axes_are_named() -> None:
    root = parsed({"<b>&\"'": 1}, title="</svg><script>alert(1)</script>")
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"month", "messages", "<b>&\"'", "</svg><script>alert(1)</script>"} <= set(texts)
    assert not list(root.iter(f"{SVG}script"))


def test_bars_are_as_high_as_their_counts_and_lie_inside() -> None:
    root = parsed({"one": 100, "two": 50, "none": 0})
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    one, two, none = (float(bar.attrib["height"]) for bar in bars)
    assert one == pytest.approx(2 * two, abs=0.2)
    assert none == 0
    for bar in bars:
        assert 0 < float(bar.attrib["x"]) < float(bar.attrib["x"]) + float(bar.attrib["width"]) < WIDTH
        assert 0 < float(bar.attrib["y"]) <= HEIGHT


def test_many_bars_share_their_names() -> None:
    root = parsed({f"{number:04}": number for number in range(240)})
    names = [text.text for text in root.iter(f"{SVG}text") if text.text and text.text.isdigit() and len(text.text) == 4]
    assert 8 <= len(names) <= 12
    assert len([rect for rect in root.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]) == 240


@pytest.mark.parametrize("highest", [0, 1, 3, 6, 9, 10, 11, 99, 101, 999, 12_345, 7_000_001])
def test_the_scale_reaches_the_highest_bar_in_few_round_steps(highest: int) -> None:
    ticks = Chart("", "", "", {"a": highest}).ticks
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6
    assert str(ticks[1]).rstrip("0") in {"1", "2", "5"}


def test_nothing_is_a_chart_too() -> None:
    assert parsed({}).tag == f"{SVG}svg"
