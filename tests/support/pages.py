"""The whole page, or a part of one, without a server, or in front of a stand-in for a runner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import gradio as gr
from starlette.middleware import Middleware

from demo import ui
from demo.browser import thumbnails, typeface
from demo.browser.page_head import PageHead
from demo.browser.theme import theme
from demo.form.example_pairs import EXAMPLES
from demo.jobs.runner import Runner
from demo.paint import first_view
from demo.words import I18N
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


def serve(runner: Runner, port: int, live: bool = False) -> None:
    """Serve the page in front of `runner` until somebody ends the process."""
    ui.build_ui(runner, live=live).launch(
        server_port=port,
        i18n=I18N,
        theme=theme(),
        css=ui.styles(),
        app_kwargs={
            "middleware": [Middleware(PageHead, picture=first_view.result)],  # whose styles the page needs
            "routes": [thumbnails.ROUTE, typeface.ROUTE],
        },
        allowed_paths=[str(EXAMPLES)],
        quiet=True,
    )
