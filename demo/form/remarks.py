"""What the pictures that were chosen can't give, said below them before anybody paints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import gradio as gr

from demo.browser import html
from demo.browser.wiring import clicked
from demo.form.checks import Checked
from demo.form.request import make_selection
from demo.form.values import FormValues
from demo.words import language
from nst_core.config import Margins, TransferConfig
from nst_core.notes import Note
from nst_core.scene.remarks import of_pictures


@dataclass(frozen=True)
class Remarks:
    """The handler of a page whose widgets started at `defaults`."""

    defaults: TransferConfig

    def tell(self, request: gr.Request, checked: Checked | None, form: FormValues) -> str:
        """HTML: what is to be known of the pictures in the form with its settings, by what was seen of them."""
        if checked is None:
            return ""
        try:
            selection = make_selection(self.defaults, form)
            photo, *paintings = (checked.impression_of(each) for each in selection.pictures)
            notes = list(of_pictures(photo, paintings, selection.config))
        except ValueError:  # what is wrong stands beside the button
            return ""
        return html.remarks(language(request), _by_slot(notes, selection.places))


def choose_margins(event: gr.EventData) -> str:
    """The button beside a remark on a border was pressed: what the setting of margins becomes."""
    return str(clicked(event, list(Margins)))


def _by_slot(notes: Iterable[Note], places: tuple[int, ...]) -> list[Note]:
    """The notes with the numbers of the slots that their paintings are in: there may be empty ones between."""
    return [
        replace(note, values={**note.values, "number": places[note.values["number"] - 1] + 1})
        if "number" in note.values
        else note
        for note in notes
    ]
