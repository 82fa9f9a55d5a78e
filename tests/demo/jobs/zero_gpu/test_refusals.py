"""The host's own words become a sentence with the way out."""

from __future__ import annotations

import gradio as gr
import pytest

from demo.browser.toasts import message_of
from demo.jobs.zero_gpu.refusals import fewer_seconds, refusal
from demo.words import WORDS

QUOTA = "ZeroGPU quota exceeded"
TEXT = "You have exceeded your free ZeroGPU quota ({asked}s requested vs. {left}s left). Try again in {wait}. "
UNTIL = "card_time_used_up_until"


@pytest.mark.parametrize(
    ("asked", "counted", "left", "fewer"),
    [(60, 60, 30, 30), (60, 90, 45, 30), (60, 60, 7, None), (10, 15, 15, None), (9, 9, 8, 8), (60, 0, 0, None)],
)
def test_who_has_fewer_seconds_left_is_asked_for_those(asked: int, counted: int, left: int, fewer: int | None) -> None:
    error = gr.Error(TEXT.format(asked=counted, left=left, wait="1:00:00"), title=QUOTA)
    assert fewer_seconds(error, asked) == fewer


def test_no_other_error_tells_of_seconds() -> None:
    assert fewer_seconds(gr.Error("GPU task aborted", title="ZeroGPU worker error"), 60) is None


@pytest.mark.parametrize(
    ("title", "message", "about", "values"),
    [
        (QUOTA, TEXT.format(asked=60, left=3, wait="1:02:03"), UNTIL, {"hours": 1, "minutes": 2}),
        (
            QUOTA,
            TEXT.format(asked=60, left=3, wait="1 day, 0:05:09"),
            "card_time_used_up_until",
            {"hours": 24, "minutes": 5},
        ),
        (QUOTA, "Space app has reached its GPU limit. ", "card_time_used_up", {}),
        ("ZeroGPU illegal duration", "The requested GPU duration (90s) is larger", "card_time_used_up", {}),
        ("ZeroGPU pending credits exceeded", "You have too many", "card_time_used_up", {}),
        ("ZeroGPU queue timeout", "No GPU was available after 60s", "no_card_free", {}),
        ("ZeroGPU client error", "Expired ZeroGPU proxy token", "no_card_free", {}),
        ("ZeroGPU worker error", "GPU task aborted", "card_taken_away", {}),
        ("Error", "anything else", "no_card_free", {}),
    ],
)
def test_what_they_are_about(title: str, message: str, about: str, values: dict[str, int]) -> None:
    error = refusal(gr.Error(message, title=title), is_amid=False)
    assert (error.about, error.values) == (about, values)
    amid = refusal(gr.Error(message, title=title), is_amid=True)
    assert amid.about.endswith("_amid")
    assert f"refused.{amid.about}" in WORDS
    assert all("Hugging Face" in message_of(language, each) for each in (error, amid) for language in ("en", "es"))
