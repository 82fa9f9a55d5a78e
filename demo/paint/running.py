"""The run of a visitor that is under way, and can be steered."""

from __future__ import annotations

from dataclasses import dataclass

from demo.form.request import Selection, Submission
from nst_core.config import TransferConfig


@dataclass(frozen=True, eq=False)
class Running:
    """The run that began last; whoever knows its key may steer it. Without the pictures, which take megabytes."""

    key: str
    selection: Selection
    config: TransferConfig  # of its job
    is_left: bool = False  # another picture is to be painted instead
    is_live: bool = False  # it began by itself
    shown_at: int | None = None  # the step whose picture its end has put on the page

    @classmethod
    def of(cls, submission: Submission) -> Running:
        """As it begins."""
        job = submission.job
        return cls(job.key, submission.selection, job.config, is_live=job.gives_way)
