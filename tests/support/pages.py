"""The whole page, or a part of one, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import gradio as gr

from demo import ui
from nst_core.config import TransferConfig
from tests.support.playback import Playback


def build_page(defaults: TransferConfig | None = None) -> gr.Blocks:
    """The page in front of a runner that yields nothing; its widgets start at `defaults`."""
    return built(lambda: ui.build_ui(Playback(()), defaults))


def built(build: Callable[[], gr.Blocks]) -> gr.Blocks:
    """What `build` makes inside a loop, because outside of one Gradio makes loops of its own and never closes them."""

    async def within_a_loop() -> gr.Blocks:
        return build()

    return asyncio.run(within_a_loop())
