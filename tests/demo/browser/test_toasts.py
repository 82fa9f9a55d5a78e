"""Errors as toasts: in the person's language, as no HTML, and what nobody expected goes to the log."""

from __future__ import annotations

import errno
import logging
import re

import gradio as gr
import pytest

from demo.browser.toasts import inform, message_of, sentence, toast, warn
from demo.words import LANGUAGES, say
from nst_core.errors import InputError


def test_a_warning_is_told_in_the_persons_language_and_is_no_html(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    warn("es", InputError("damaged", "damaged"))
    warn("es", "1 < 2")
    assert said == [message_of("es", InputError("", "damaged")), "1 &lt; 2"]


def test_a_refusal_leaves_a_line_in_the_log(caplog: pytest.LogCaptureFixture, said: list[str]) -> None:
    caplog.set_level(logging.INFO)
    warn("es", ValueError("too narrow"))
    with pytest.raises(gr.Error), toast("es"):
        raise ValueError("too wide")
    assert caplog.messages == ["refused: too narrow", "refused: too wide"]


def test_other_errors_are_told_as_they_are() -> None:
    assert message_of("es", ValueError("no luck")) == "no luck"
    assert message_of("es", InputError("no luck")) == "no luck"


def test_what_is_good_to_know_is_no_html_either(said: list[str]) -> None:
    inform("a & b")
    assert said == ["a &amp; b"]


def test_a_refusal_becomes_a_toast_in_the_persons_language() -> None:
    with pytest.raises(gr.Error) as caught, toast("es"):
        raise InputError("<b> is too narrow", "damaged", name="<b>")
    assert caught.value.message == sentence(message_of("es", InputError("", "damaged", name="<b>")))
    assert not caught.value.print_exception


def test_a_sentence_of_the_engines_is_shown_as_it_is_but_no_html() -> None:
    with pytest.raises(gr.Error) as caught, toast():
        raise ValueError("1 < 2")
    assert caught.value.message == "1 &lt; 2"


def test_a_toast_within_a_toast_is_shown_once() -> None:
    error = gr.Error("as it is <b>")
    with pytest.raises(gr.Error) as caught, toast("es"):
        raise error
    assert caught.value is error


def test_what_nobody_expected_goes_to_the_log_and_is_told_in_general(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(gr.Error) as caught, toast("es"):
        raise ZeroDivisionError("a secret of the server")
    assert caught.value.message == sentence(say("es", "error.failed"))
    (record,) = caplog.records
    assert (record.levelname, record.exc_info is not None) == ("ERROR", True)
    assert "a secret of the server" in caplog.text


def test_an_unknown_failure_gives_no_advice() -> None:
    """What has nothing to do with the size isn't blamed on it."""
    for language in LANGUAGES:
        assert not re.search(
            "size|resolution|tamaño|resolución|may|quizá", say(language, "error.failed"), re.IGNORECASE
        )


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_memory_that_gave_out_is_told_with_the_way_out(error: Exception) -> None:
    with pytest.raises(gr.Error) as caught, toast():
        raise error
    assert caught.value.message == sentence(say("en", "error.out_of_memory"))
    assert "lower resolution" in caught.value.message


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_as_what_it_is(number: int) -> None:
    with pytest.raises(gr.Error) as caught, toast("es"):
        raise OSError(number, "")
    assert caught.value.message == sentence(say("es", "error.disk_full"))
    with pytest.raises(gr.Error) as caught, toast("es"):
        raise OSError(errno.EACCES, "")
    assert caught.value.message == sentence(say("es", "error.failed"))


def test_where_nothing_goes_wrong_nothing_is_said(said: list[str]) -> None:
    with toast():
        pass
    assert said == []
