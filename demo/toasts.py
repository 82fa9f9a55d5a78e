"""Errors as toasts on the page, in words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import gradio as gr

from demo.words import Language, say

logger = logging.getLogger(__name__)


@contextmanager
def toast(language: Language = "en") -> Iterator[None]:
    """Show an error to the person: `ValueError` is a sentence for them already, anything else goes to the log."""
    try:
        yield
    except ValueError as error:
        raise gr.Error(sentence(error), print_exception=False) from error
    except gr.Error:
        raise
    except Exception as error:
        logger.exception("a run failed")
        raise gr.Error(say(language, "error.failed"), print_exception=False) from error


def sentence(text: object) -> str:
    """A text, or what an error says, as the HTML that a toast takes."""
    return escape(str(text), quote=False)
