"""What a result is given away by: its file, a picture of it beside the photo, a link."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from demo.browser import html
from demo.browser.toasts import warn
from demo.form import library, links
from demo.form.recipes import page_config
from demo.form.request import Selection
from demo.paint import shared_results
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.words import Language, language, say, t
from nst_core.config import TransferConfig

WORDS = ("link_copied", "by_hand", "image_copied", "image_refused", "file_refused", "again")  # that a script says


@dataclass(frozen=True, kw_only=True)
class SharingComponents:
    """The buttons, and what passes between server and browser."""

    file: gr.Button
    image: gr.Button
    link: gr.Button
    said: gr.HTML  # how it went
    told: gr.Textbox  # JSON about the result, for the browser; nobody sees it


@dataclass(frozen=True)
class Sharing:
    """The handlers of giving results away, on a page whose widgets started at `defaults`."""

    defaults: TransferConfig

    def tell(self, request: gr.Request, painted: Painted | None, running: Running | None) -> tuple[str, str]:
        """JSON of what the browser has to know of the result that is on the page; and nothing is said of it yet."""
        if painted is None:
            return "", ""
        speaks, selection = language(request), self._selection(painted, running)
        told = {name: say(speaks, f"share.{name}") for name in WORDS}
        query, left_out = "", []
        with suppress(ValueError, OSError):  # its pictures' files are gone: the link opens the page
            query, left_out = links.write(selection, self.defaults), links.left_out(selection, speaks)
            if not left_out:
                query = links.with_result(query, shared_results.name_of(painted.key))
        told["left_out"] = say(speaks, "links.left_out", parts=", ".join(left_out)) if left_out else ""
        return json.dumps({"query": query, "caption": caption(speaks, selection), "words": told}), ""

    def publish(self, painted: Painted | None, running: Running | None, step: float) -> None:
        """The link was copied: where no picture in it is the visitor's own, it opens with the result as it is shown."""
        if painted is None:
            return
        with suppress(ValueError, OSError):
            if not links.left_out(self._selection(painted, running)):
                shared_results.keep(shared_results.name_of(painted.key), painted.at(step).image, painted.size)

    def _selection(self, painted: Painted, running: Running | None) -> Selection:
        """What was asked for, as far as the page's widgets reach: who kept going has more steps."""
        selection = painted.steered(running)
        return replace(selection, config=page_config(selection.config, self.defaults)[0])


def shared_result(request: gr.Request) -> Any:
    """The page was opened: the stage with the result that its address names."""
    name = dict(request.query_params).get(links.RESULT)
    if not name:
        return gr.skip()
    speaks, image = language(request), shared_results.find(name)
    if image is None:
        warn(speaks, say(speaks, "share.gone"))
        return gr.skip()
    height, width = image.shape[:2]
    return html.pane(image, (width, height), say(speaks, "share.shown"))


def caption(speaks: Language, selection: Selection) -> str:
    """What stands below a picture that goes to others: examples by their names, nothing of the visitor's own files."""
    paintings: list[library.Kind] = ["painting"] * len(selection.paintings)
    kinds: list[library.Kind] = ["photo", *paintings]
    known = [library.by_sha256(kind).get(digest) for kind, digest in zip(kinds, selection.hashes, strict=True)]
    return library.joined(
        [
            say(speaks, f"{kind}.{example.stem}" if example else f"share.own_{kind}")
            for kind, example in zip(kinds, known, strict=True)
        ]
    )


def build_sharing() -> SharingComponents:
    """Lay the buttons out, where this is called."""
    with gr.Row(elem_id="sharing"):
        file = gr.Button(t("share.file"), min_width=100, elem_id="share-file")
        image = gr.Button(t("share.image"), min_width=100, elem_id="copy-image")
        link = gr.Button(t("share.link"), min_width=100, elem_id="copy-result-link")
    said = gr.HTML(elem_id="shared")
    told = gr.Textbox(visible="hidden", elem_id="to-share")
    return SharingComponents(file=file, image=image, link=link, said=said, told=told)
