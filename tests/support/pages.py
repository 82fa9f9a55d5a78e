"""The whole page, without a server."""

from __future__ import annotations

import asyncio

import gradio as gr

from demo import ui
from nst_core.config import TransferConfig
from tests.support.playback import Playback


def build_page(defaults: TransferConfig | None = None) -> gr.Blocks:
    """The page in front of a runner that yields nothing; its widgets start at `defaults`.

    Inside a loop, because outside of one Gradio makes loops of its own and never closes them.
    """

    async def within_a_loop() -> gr.Blocks:
        return ui.build_ui(Playback(()), defaults)

    return asyncio.run(within_a_loop())
