"""The plot of the losses: where its lines run, what its words say, and that it can stand in any page."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pytest

from demo.browser.plot import BOTTOM, LEFT, LETTERS, POINTS, RIGHT, TOP, Curves, draw, reach
from demo.jobs.records import LossRecord, Progress

WIDTH, HEIGHT = RIGHT - LEFT, BOTTOM - TOP  # of the lines' area


def drawn(curves: Curves) -> str:
    return draw("en", curves)


def curves(*losses: tuple[float, float, float], total: int = 0) -> Curves:
    return Curves(total or len(losses), tuple(LossRecord(*values) for values in losses), ((1, (64, 48)),))


def line(html: str, name: str) -> list[tuple[float, float]]:
    """The corners of a curve: (0, 0) is the left bottom of the area, (1, 1) its right top."""
    (path,) = re.findall(rf'<path d="([^"]*)" style="fill: none; stroke: var\(--{name}\)', html)
    corners = re.findall(r"[ML] (\S+) (\S+)", path)
    return [((float(x) - LEFT) / WIDTH, (BOTTOM - float(y)) / HEIGHT) for x, y in corners]


def words(html: str) -> list[tuple[str, float, float]]:
    """All that is written, and how far from the left and from the top."""
    found = re.findall(r'<text x="(\S+)" y="(\S+)" [^>]*>([^<]+)</text>', html)
    return [(text, float(x), float(y)) for x, y, text in found]


def texts(html: str) -> list[str]:
    return [text for text, _, _ in words(html)]


def decades(html: str) -> list[str]:
    """The numbers beside the axis, from the bottom to the top."""
    return [text for text, x, _ in words(html) if x < LEFT and re.fullmatch(r"[\de.\u2212]+", text)]


def test_the_axis_is_logarithmic_and_has_plain_numbers() -> None:
    html = drawn(curves((0.01, 0.1, 100.0), (0.1, 0.0316228, 1.0), total=200))
    assert decades(html) == ["0.01", "0.1", "1", "10", "100"]
    assert [line(html, name)[0][1] for name in ("content", "style", "total")] == pytest.approx([0, 0.25, 1], abs=1e-4)
    assert [line(html, name)[-1][1] for name in ("content", "style", "total")] == pytest.approx(
        [0.25, 0.125, 0.5], abs=1e-4
    )


def test_the_axis_never_spans_too_many_decades_nor_too_few() -> None:
    deep = drawn(curves((1e-30, 0.5, 1.0), (1.0, 1.0, 1.0)))
    assert decades(deep) == ["1e\u221205", "0.0001", "0.001", "0.01", "0.1", "1"]
    assert line(deep, "content")[0][1] == pytest.approx(0, abs=1e-4)
    assert decades(drawn(curves((1.0, 1.0, 1.0)))) == ["0.1", "1"]
    assert decades(drawn(curves((0.0, float("nan"), float("inf"))))) == ["0.01", "0.1", "1"]


@pytest.mark.parametrize(
    ("done", "total", "last"),
    [(1, 1, 1), (1, 5, 5), (1, 1000, 10), (9, 1000, 10), (10, 1000, 20), (60, 1000, 100), (499, 1000, 500)],
)
def test_the_axis_follows_the_run_in_round_numbers(done: int, total: int, last: int) -> None:
    assert reach(done, total) == last


def test_the_axis_seldom_moves_and_ends_at_the_total() -> None:
    assert sorted({reach(done, 300) for done in range(1, 301)}) == [10, 20, 50, 100, 200, 300]


def test_a_long_run_fills_the_area_from_the_beginning() -> None:
    html = drawn(curves(*[(0.1, 1.0, 10.0)] * 8, total=1000))
    assert line(html, "total")[-1][0] == pytest.approx(0.75, abs=1e-4)  # the middle of the eighth of ten columns


def test_lines_run_over_the_steps_to_come() -> None:
    html = drawn(curves((0.1, 1.0, 10.0), (0.1, 0.1, 1.0), total=5))
    assert [x for x, _ in line(html, "total")] == pytest.approx([0.1, 0.3], abs=1e-4)  # the middles of five columns
    assert [text for text in texts(html) if text in "12345"] == ["1", "1", "2", "3", "4", "5"]  # the first by the side
    assert "step" in texts(html)
    many = [(0.1, 1.0, 10.0)] * 150
    assert {"50", "100", "150", "200"} < set(texts(drawn(curves(*many, total=200))))


def test_a_run_of_one_step_has_one_step() -> None:
    below = [text for text, _, y in words(drawn(curves((0.1, 1.0, 10.0)))) if y > BOTTOM + LETTERS / 2]
    assert below == ["1", "step"]


def test_what_has_no_logarithm_is_left_out() -> None:
    html = drawn(curves((0.0, 1.0, float("nan")), (0.5, 2.0, 1.0), (0.2, 1.0, float("inf")), (-1.0, 2.0, 2.0)))
    assert [x for x, _ in line(html, "content")] == pytest.approx([3 / 8, 5 / 8], abs=1e-4)
    assert [x for x, _ in line(html, "total")] == pytest.approx([3 / 8, 7 / 8], abs=1e-4)
    assert len(line(html, "style")) == 4
    svg = html.partition("<svg")[2]
    assert "nan" not in svg
    assert "inf" not in svg


def test_a_curve_of_nothing_has_no_name() -> None:
    assert {"total", "style", "content"} & set(texts(drawn(curves((0.0, 1.0, 2.0))))) == {"total", "style"}


@pytest.mark.parametrize(("done", "total"), [(2, 2), (40, 300)])
def test_the_marker_can_stand_on_each_step(done: int, total: int) -> None:
    html = drawn(curves(*[(0.1, 1.0, 10.0)] * done, total=total))
    (left, start, column), *others = re.findall(r'data-left="(\S+)" data-start="(\S+)" data-column="(\S+)"', html)
    assert not others
    places = [(float(start) + step * float(column) - LEFT) / WIDTH for step in range(1, done + 1)]
    assert places == pytest.approx([x for x, _ in line(html, "total")], abs=1e-3)
    (top, foot) = map(float, re.findall(r'<line y1="(\S+)" y2="(\S+)"/>', html)[0])
    assert (top, foot) == pytest.approx((BOTTOM - HEIGHT, BOTTOM), abs=0.1)
    assert float(left) == pytest.approx(LEFT, abs=0.1)
    assert '<g class="moment" visibility="hidden"' in html  # until a timeline shows one


def test_names_stand_at_the_ends_of_their_lines() -> None:
    html = drawn(curves((0.5, 2.0, 100.0), (0.1, 1.0, 10.0), total=4))
    places = {text: (x, y) for text, x, y in words(html)}
    for name in ("total", "style", "content"):
        x, y = line(html, name)[-1]
        assert 0 < places[name][0] - (LEFT + x * WIDTH) < LETTERS
        assert abs(places[name][1] - (BOTTOM - y * HEIGHT)) < LETTERS  # of its baseline


@pytest.mark.parametrize("values", [(1.0, 1.0, 1.0), (0.011, 0.01, 0.0101), (99.0, 100.0, 1.0), (0.1, 0.1, 0.2)])
def test_names_keep_their_distance(values: tuple[float, float, float]) -> None:
    html = drawn(curves(values))
    heights = sorted(y for text, _, y in words(html) if text in ("total", "style", "content"))
    assert len(heights) == 3
    assert min(np.diff(heights)) > LETTERS
    assert BOTTOM - HEIGHT - LETTERS < heights[0] < heights[-1] < BOTTOM  # no step's number is written over


def test_records_add_up() -> None:
    image = np.zeros((1, 1, 3), np.uint8)
    trail = (LossRecord(1, 2, 3), LossRecord(4, 5, 6))
    first = Curves().extended(Progress(2, 9, (64, 48), trail, None, (), image))
    both = first.extended(Progress(3, 9, (128, 96), trail[:1], None, (), image))
    assert (both.total, both.losses) == (9, (*trail, trail[0]))
    assert both.sizes == ((2, (64, 48)), (3, (128, 96)))


def test_a_new_size_is_marked_where_it_began() -> None:
    losses = (LossRecord(1, 2, 3),) * 3
    one, two = (Curves(9, losses, ((1, (64, 48)), (3, (96, 128)))[:sizes]) for sizes in (1, 2))
    places = {text: x for text, x, _ in words(drawn(two))}
    (mark,) = re.findall(r'd="M (\S+) \S+ L \1 \S+" style="[^"]*stroke: currentColor[^"]*stroke-dasharray', drawn(two))
    assert float(mark) == pytest.approx(LEFT + WIDTH * 2.5 / 9, abs=1e-3)
    assert places["128 px"] == pytest.approx(float(mark), abs=LETTERS / 5)
    assert "64 px" in places
    assert not any("px" in text for text in texts(drawn(one)))
    assert "dasharray" not in drawn(one)


def test_the_drawing_is_well_formed_and_says_what_it_shows() -> None:
    figure = ElementTree.fromstring(drawn(curves((0.1, 1.0, 10.1), total=7)))
    assert figure.get("role") == "img"
    summary = "Losses on a logarithmic scale after step 1 of 7: total 10.1, style 1, content 0.1"
    assert figure.get("aria-label") == summary
    assert [child.tag.rpartition("}")[2] for child in figure] == ["figcaption", "svg"]


def test_colours_are_the_pages() -> None:
    html = drawn(Curves(9, (LossRecord(1, 2, 3),) * 3, ((1, (64, 48)), (3, (96, 128)))))
    colours = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", html))
    assert colours == {"none", "currentColor", "var(--total)", "var(--style)", "var(--content)"}
    assert len(re.findall('<text [^>]*style="fill: ', html)) == len(words(html))  # what names no colour is black


def test_drawings_in_one_page_leave_each_other_alone() -> None:
    html = drawn(curves((0.1, 1.0, 10.0), (0.2, 2.0, 20.0)))
    assert not re.search(r'\bid="|href=|<style|<\?xml|<!DOCTYPE|<metadata|<title|url\(', html)


def test_people_can_watch_at_the_same_time() -> None:
    jobs = [curves(*((0.1 * k, 1.0, 10.0 / step) for step in range(1, 30))) for k in range(1, 9)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(drawn, jobs))
    assert together == [drawn(job) for job in jobs]


def test_a_long_run_stays_a_small_drawing() -> None:
    noise = np.random.default_rng(0).uniform(0.1, 1.0, (700, 3))
    html = drawn(curves(*noise.tolist()))
    assert len(html) < 25_000
    corners = line(html, "total")
    assert POINTS / 2 < len(corners) <= POINTS
    assert corners[-1] == pytest.approx((1 - 0.5 / 700, 1 + np.log10(noise[-1, 2])), abs=1e-3)
