"""What comes after an event comes however that ended."""

from __future__ import annotations

import gradio as gr

from demo.browser.wiring import LAST, LONG, QUICK, afterwards
from tests.support.pages import built


def work() -> str:
    return "done"


def tidy() -> str:
    return "tidy"


def page() -> gr.Blocks:
    def build() -> gr.Blocks:
        page = gr.Blocks()
        with page:
            button, text = gr.Button(), gr.Textbox()
            afterwards(button.click(work, None, text, **LONG), tidy, None, text)
            text.change(tidy, None, text, **LAST)
        return page

    return built(build)


def test_it_comes_after_an_end_and_after_a_failure() -> None:
    first, *after, _ = page().fns.values()
    (clicked,) = (place for place, fn in page().fns.items() if fn.fn is work)
    assert (first.fn, [fn.fn for fn in after]) == (work, [tidy, tidy])
    assert [fn.trigger_after for fn in after] == [clicked] * 2
    assert sorted(fn.trigger_only_on_failure for fn in after) == [False, True]
    assert [fn.queue for fn in after] == [False] * 2  # whoever waits in line isn't waited for


def test_what_takes_a_while_never_waits_for_its_like() -> None:
    long, *_, last = page().fns.values()
    assert (long.queue, long.concurrency_limit) == (True, None)
    assert (last.queue, last.trigger_mode) == (False, "always_last")
    assert QUICK.items() <= LAST.items()
