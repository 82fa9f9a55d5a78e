"""Gradio's page, but values in a wrong form are refused in words, where it would answer `{"error": null}`.

And it doesn't say which of Gradio's versions serves it: whoever looks for a known hole would ask for that.
"""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.context import LocalContext
from gradio.data_classes import BlocksConfigDict

from demo.browser.toasts import sentence
from demo.words import language, say

logger = logging.getLogger(__name__)


class Page(gr.Blocks):
    """What the page is made within."""

    def get_config_file(self) -> BlocksConfigDict:
        """Gradio's own, with the first number of its version alone, which programs go by."""
        config = super().get_config_file()
        config["version"] = f"{gr.__version__.partition('.')[0]}.0.0"
        return config

    async def preprocess_data(self, *arguments: Any, **options: Any) -> Any:
        """Gradio's own; its complaints about values that no component takes become sentences."""
        try:
            return await super().preprocess_data(*arguments, **options)
        except gr.Error:
            raise
        except Exception as error:
            logger.info("refused: values of a call: %.300s", " ".join(str(error).split()))
            speaks = language(LocalContext.request.get(None))
            raise gr.Error(sentence(say(speaks, "refused.bad_call")), print_exception=False) from error

    async def process_api(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Gradio's own; an error that is no sentence is told to whoever runs the server, and the caller gets one.

        Of a sentence Gradio would print where it was raised.
        """
        try:
            return await super().process_api(*arguments, **options)
        except gr.Error as error:
            error.print_exception = False
            raise
        except Exception as error:
            logger.error("a call failed", exc_info=error)
            speaks = language(options.get("request"))
            raise gr.Error(sentence(say(speaks, "visitors.failed")), print_exception=False) from error

    def handle_streaming_diffs(
        self, block_fn: BlockFunction, data: list[Any], *where: Any, **options: Any
    ) -> list[Any]:
        """Gradio's own, but what changes of a component is told whole, and not by what differs from the last change.

        The browser edits the last one in place, also when it hasn't shown it yet: of two that come together the first
        would be lost.
        """
        whole = list(data)
        differences = super().handle_streaming_diffs(block_fn, data, *where, **options)
        return [
            [["replace", [], value]] if isinstance(value, dict) and isinstance(edits, list) and edits else edits
            for value, edits in zip(whole, differences, strict=True)
        ]
