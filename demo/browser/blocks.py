"""Gradio's page, but values in a wrong form are refused in words: by itself it answers `{"error": null}`."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from demo.browser.toasts import sentence
from demo.words import language, say

logger = logging.getLogger(__name__)


class Page(gr.Blocks):
    """What the page is made within."""

    async def preprocess_data(self, *arguments: Any, **options: Any) -> Any:
        """Gradio's own; its complaints about values that no component takes become sentences."""
        try:
            return await super().preprocess_data(*arguments, **options)
        except gr.Error:
            raise
        except Exception as error:
            logger.info("refused: values of a call: %.300s", " ".join(str(error).split()))
            speaks = language(LocalContext.request.get(None))
            raise gr.Error(sentence(say(speaks, "error.bad_call")), print_exception=False) from error
