"""Errors as toasts on the page, in words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import gradio as gr

from demo.words import Language, say
from nst_core.device.memory import is_out_of_memory
from nst_core.errors import InputError
from nst_core.files import is_disk_full

logger = logging.getLogger(__name__)


@contextmanager
def toast(language: Language = "en") -> Iterator[None]:
    """Show an error to the person: `ValueError` is a sentence for them already, anything else goes to the log."""
    try:
        yield
    except gr.Error:  # a `ValueError` itself
        raise
    except ValueError as error:
        logger.info("refused: %s", message_of("en", error))
        raise gr.Error(sentence(message_of(language, error)), print_exception=False) from error
    except Exception as error:
        logger.exception("a run failed")
        raise gr.Error(say(language, failure_of(error)), print_exception=False) from error


def failure_of(error: Exception) -> str:
    """The key of the sentence about what went wrong: what nobody knows the way out of gives no advice."""
    if is_out_of_memory(error):
        return "error.out_of_memory"
    if is_disk_full(error):
        return "error.disk_full"
    return "error.failed"


def warn(language: Language, what: str | ValueError) -> None:
    """Show a sentence, or what an error says, that asks for attention."""
    if isinstance(what, ValueError):
        logger.info("refused: %s", message_of("en", what))
    gr.Warning(sentence(what if isinstance(what, str) else message_of(language, what)))


def inform(text: str) -> None:
    """Show a sentence that is good to know."""
    gr.Info(sentence(text))


def message_of(language: Language, error: ValueError) -> str:
    """What an error says to the person, in their language: the engine's own sentences are English."""
    if isinstance(error, InputError) and error.about:
        return say(language, f"refused.{error.about}", **error.values)
    return str(error)


def sentence(text: str) -> str:
    """A text as the HTML that a toast takes."""
    return escape(text, quote=False)
