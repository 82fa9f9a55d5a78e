"""What ZeroGPU's refusals mean. They are texts of `spaces` (0.51), English ones: nothing else tells them apart."""

from __future__ import annotations

import re

import gradio as gr

from demo.jobs.zero_gpu.asking import USEFUL
from nst_core.errors import InputError

LEFT = re.compile(r"\((\d+)s requested vs\. (\d+)s left\)")
WAIT = re.compile(r"Try again in (?:(\d+) days?, )?(\d+):(\d\d):\d\d")


def fewer_seconds(error: gr.Error, asked: int) -> int | None:
    """What to ask for instead of `asked`, where a visitor has fewer seconds left, and enough to make use of."""
    found = LEFT.search(str(error.message))
    if found is None:
        return None
    counted, left = map(int, found.groups())
    fewer = left * asked // counted if counted else 0  # the host may count more seconds than are asked for
    return fewer if USEFUL <= fewer < asked else None


def refusal(error: gr.Error, is_amid: bool) -> InputError:
    """What to tell a person; `is_amid`: they have a picture already, as far as it got."""
    title = str(getattr(error, "title", ""))
    if "quota" in title or "duration" in title or "credits" in title:
        return _used_up(str(error.message), is_amid)
    if "worker" in title:
        return _taken_away(is_amid)
    return _none_free(is_amid)


def _used_up(message: str, is_amid: bool) -> InputError:
    if is_amid:
        return InputError(
            "the time on Hugging Face's graphics cards that you have in a day is used up; "
            "the picture is kept as far as it got, and can be gone on with later",
            "card_time_used_up_amid",
        )
    wait = WAIT.search(message)
    if wait is None:
        return InputError(
            "the time on Hugging Face's graphics cards that you have in a day is used up, or this picture needs "
            "more of it at once; sign in there, choose fewer steps, or come back later",
            "card_time_used_up",
        )
    days, hours, minutes = (int(each or 0) for each in wait.groups())
    return InputError(
        "the time on Hugging Face's graphics cards that you have in a day is used up; "
        f"come back in {24 * days + hours} h {minutes} min, or sign in there",
        "card_time_used_up_until",
        hours=24 * days + hours,
        minutes=minutes,
    )


def _taken_away(is_amid: bool) -> InputError:
    if is_amid:
        return InputError(
            "Hugging Face took the graphics card back; the picture is kept as far as it got, and can be gone on with",
            "card_taken_away_amid",
        )
    return InputError(
        "Hugging Face took the graphics card back before there was a picture; try again", "card_taken_away"
    )


def _none_free(is_amid: bool) -> InputError:
    if is_amid:
        return InputError(
            "Hugging Face has no graphics card free for the rest of the picture; "
            "it is kept as far as it got, and can be gone on with in a minute",
            "no_card_free_amid",
        )
    return InputError("Hugging Face has no graphics card free; try again in a minute", "no_card_free")
