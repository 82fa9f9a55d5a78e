"""Between the widgets and a runner: what a person does becomes a job, and its records become what they see."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from demo.browser import html
from demo.browser.toasts import message_of, toast, warn
from demo.form.request import (
    LARGER,
    Submission,
    checked_sizes,
    continued,
    make_selection,
    make_submission,
    new_key,
    reconstruction_key,
)
from demo.form.settings import DIALS
from demo.form.values import Dials, FormValues
from demo.jobs.records import Progress, QuickLook
from demo.jobs.runner import Runner
from demo.paint import downloads, paper, views
from demo.paint.downloads import Format, OnlyTheLastError
from demo.paint.next_steps import next_selection
from demo.paint.running import Running
from demo.paint.session import Painted, followed
from demo.paint.views import PaintView
from demo.visitors.identity import visitor_of
from demo.words import Language, language, say
from nst_core.config import TransferConfig
from nst_core.errors import InputError, shown


@dataclass(frozen=True)
class PaintHandlers:
    """The handlers of the page in front of `runner`, whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def run(
        self, request: gr.Request, kept: Painted | None, running: Running | None, form: FormValues
    ) -> Generator[PaintView, None, None]:
        """Paint was pressed: watch the picture being painted."""
        speaks = language(request)
        with toast(speaks):
            submission = make_submission(
                make_selection(self.defaults, form, speaks), speaks, new_key(), visitor_of(request)
            )
        job = replace(submission.job, wants_quick_look=True)
        yield from self.show(speaks, replace(submission, job=job), kept, running)

    def keep_going(
        self, request: gr.Request, kept: Painted | None, running: Running | None, step: float, dials: Dials
    ) -> Generator[PaintView, None, None]:
        """More steps for the picture that is shown, with the dials as they are now."""
        yield from self._go_on(request, kept, running, step, dials, 1.0)

    def larger(
        self, request: gr.Request, kept: Painted | None, running: Running | None, step: float, dials: Dials
    ) -> Generator[PaintView, None, None]:
        """More steps at twice the picture's size, or as large as this page allows."""
        yield from self._go_on(request, kept, running, step, dials, LARGER)

    def _go_on(
        self,
        request: gr.Request,
        kept: Painted | None,
        running: Running | None,
        step: float,
        dials: Dials,
        times: float,
    ) -> Generator[PaintView, None, None]:
        speaks = language(request)
        with toast(speaks):
            if kept is None:
                raise ValueError(say(speaks, "error.nothing"))
            picture = kept.at(step)
            selection = next_selection(kept, running, picture.index, dials, times, speaks)
            whole = make_submission(selection, speaks, new_key(), visitor_of(request))
            submission = continued(whole, picture.image, picture.index)
        yield from self.show(speaks, submission, kept, running)

    def show(
        self, speaks: Language, submission: Submission, kept: Painted | None, running: Running | None
    ) -> Generator[PaintView, None, None]:
        """The views of a job, from its place in the queue to its last step; `finished` follows, whatever happens.

        `kept` is the run before, and `running` what is known of how it was steered.
        """
        painted, look = kept and kept.settled(running), None
        accepted, is_live = False, submission.job.gives_way
        if not is_live:
            self._make_way(submission, running)
        yield PaintView()  # Gradio closes a generator only once it has yielded, and from here on it holds a place
        with toast(speaks), closing(self.runner.run(submission.job)) as records:
            for record in records:
                if not accepted:
                    begin = views.following if is_live else views.beginning
                    yield begin(speaks, submission, painted, record)
                    accepted = True
                if isinstance(record, Progress):
                    view = views.progressing(speaks, followed(submission, record, painted), time.monotonic())
                    painted = view.painted
                    yield views.live(view, record) if is_live else views.beside(speaks, view, record, look)
                elif isinstance(record, QuickLook):
                    look = record
                    yield views.quick_look(speaks, record)
                elif not is_live:
                    yield views.waiting(speaks, record, painted)
            if is_live and not accepted:
                yield views.resting(speaks)

    def _make_way(self, submission: Submission, running: Running | None) -> None:
        """A picture goes before a reconstruction of the same visitor, and before what began by itself."""
        self.runner.stop(reconstruction_key(submission.job.visitor))
        if running is not None and running.is_live:
            self.runner.stop(running.key)

    def leave(self, running: Running | None) -> Running | None:
        """Another picture is to be painted at once: nobody waits for the end of the one that may be under way."""
        if running is None:
            return None
        self.runner.stop(running.key)
        return replace(running, is_left=True)

    def stopped(self, request: gr.Request, painted: Painted | None, running: Running | None) -> PaintView:
        """Stop was pressed: the end at once, while the last step still runs and a new run would have to wait for it."""
        speaks = language(request)
        if running is not None:
            self.runner.stop(running.key)
            running = replace(running, is_left=False, shown_at=_last_step(painted))
        start = gr.update(value=say(speaks, "paint.stopping"), interactive=False, visible=True)
        return replace(views.ended(speaks, painted, running), start=start, running=running)

    def finished(self, request: gr.Request, painted: Painted | None, running: Running | None) -> PaintView:
        """A run has ended, perhaps by Stop. A later one of the same person has the page for itself."""
        if running is not None and running.is_left:
            return PaintView()
        return self.failed(request, painted, running)

    def failed(self, request: gr.Request, painted: Painted | None, running: Running | None) -> PaintView:
        """A run was refused, or failed on its way: then there is no later one to come."""
        if running is None or self.runner.is_under_way(running.key):
            return PaintView()
        if running.shown_at == _last_step(painted):  # who looks back meanwhile isn't disturbed
            return views.ready(language(request), painted)
        running = replace(running, shown_at=_last_step(painted))
        return replace(views.ended(language(request), painted, running), running=running)

    def steer(self, request: gr.Request, running: Running | None, dials: Dials) -> PaintView:
        """A slider was let go: the run at hand goes on with it. The hint says so, and what is known of the run."""
        speaks = language(request)
        if running is None or running.is_left:  # who chose a sketch has set the dials for what comes next
            return PaintView()
        try:
            after = steered(running, dials, speaks)
            if after.config == running.config or not self.runner.steer(running.key, after.config):
                return PaintView()
        except ValueError as error:
            warn(speaks, error)
            return PaintView()
        return PaintView(hint=html.hint(say(speaks, "status.steered"), fresh=True), running=after)

    def estimate(self, request: gr.Request, running: Running | None, form: FormValues) -> tuple[str, Any, Any]:
        """The time beside the button, whether to ask again in a while, and the status until something was painted:
        whether one may begin, or why not."""
        speaks, rest = language(request), gr.Timer(active=False)
        if not form.is_complete:
            return "", rest, _invitation(running, say(speaks, "status.incomplete"))
        try:
            selection = make_selection(self.defaults, form, speaks)
            sizes = checked_sizes(selection, speaks)
        except ValueError as error:
            return _impossible(speaks, running, error)
        ready = _invitation(running, say(speaks, "status.ready"))
        try:
            seconds = self.runner.estimate(*sizes, selection.config)
        except InputError as error:
            return _impossible(speaks, running, error)
        except ValueError:  # it will never be known
            return "", rest, ready
        return html.estimate(speaks, seconds, self.runner.is_measuring()), gr.Timer(active=seconds is None), ready


def look_back(request: gr.Request, painted: Painted | None, step: float) -> PaintView:
    """The timeline was moved: the picture of that moment, to compare, the layers' bars, and no download yet."""
    if painted is None:
        return PaintView()
    speaks, picture = language(request), painted.at(step)
    view = PaintView(
        status=html.message(say(speaks, "timeline.shown", step=picture.index)),
        bars=views.layers(speaks, painted, picture),
        download=views.preparing(speaks),
    )
    return replace(view, **views.compared(speaks, painted, picture))


def prepare(
    request: gr.Request, painted: Painted | None, running: Running | None, step: float, kind: str, on: str
) -> Iterator[PaintView]:
    """Put the file of the picture that is shown, in the format and for the paper that were chosen, behind the download
    button, and say what will be on that paper.
    """
    speaks = language(request)
    with toast(speaks):
        if painted is None:
            raise ValueError(say(speaks, "error.nothing"))
        if kind not in tuple(Format):
            choices = ", ".join(Format)
            name = say(speaks, "download.as")
            raise ValueError(say(speaks, "error.choice", name=name, choices=choices, value=shown(kind)))
        paper.checked(on, speaks)
        picture = painted.at(step)
        size = painted.segment(picture, running).size
        # A list that is left asks once more for what it asked for before.
        is_made = downloads.path_of(painted, running, picture, Format(kind), on).exists()
        download = gr.skip() if is_made else views.preparing(speaks)
        yield PaintView(download=download, on_paper=paper.told(speaks, on, size))
        try:
            yield PaintView(download=views.file(speaks, painted, running, picture, Format(kind), on))
        except Exception as error:
            yield PaintView(download=views.file(speaks, painted, running, picture, Format.PNG, on))
            if isinstance(error, OnlyTheLastError):
                raise ValueError(say(speaks, "download.only_last")) from None
            raise


def _impossible(speaks: Language, running: Running | None, error: ValueError) -> tuple[str, Any, Any]:
    """What `PaintHandlers.estimate` returns of what can't be painted."""
    reason = message_of(speaks, error)
    return html.impossible(speaks, reason), gr.Timer(active=False), _invitation(running, reason)


def _invitation(running: Running | None, text: str) -> Any:
    return gr.skip() if running is not None else html.message(text)


def _last_step(painted: Painted | None) -> int:
    return painted.progress.index if painted else 0


def steered(running: Running, dials: Dials, speaks: Language) -> Running:
    """The run with the dials where they are now; raises `ValueError` for what is no number."""
    selection = running.selection.with_dials(dials, speaks)
    now = {name: getattr(selection.config, name) for name in (*DIALS, "style_blend")}
    return replace(running, selection=selection, config=replace(running.config, **now))
