"""The command line: `python -m nst_core CONTENT STYLE [STYLE ...] -o OUT.png`.

torch and what needs it are imported in the functions that use them: help, and most complaints, then come at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nst_core.cli.console import (
    BAD_INPUT,
    DONE,
    FAILED,
    INTERRUPTED,
    OUT_OF_MEMORY,
    Bar,
    end,
    tell,
)
from nst_core.cli.folders import has_folders, paint_folders
from nst_core.cli.job import CommandJob
from nst_core.cli.request import read_job
from nst_core.cli.run import paint, prepare
from nst_core.cli.signals import Stop, deaf, graceful, interruptible
from nst_core.device.memory import is_out_of_memory, keep_freed_memory
from nst_core.notes import in_english


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 with the file written, 2 on bad input, 130 on Ctrl-C, `kill` or a closed terminal; 1 when memory or the disk gave
    out, or a pair of pictures failed among folders. `--help` and `--version` leave by `SystemExit`, as argparse does.
    """
    with interruptible() as stop:
        try:
            keep_freed_memory()
            return _carry_out(read_job(argv), stop)
        except Exception as error:
            with deaf():
                if stop.requested:
                    return _stopped()
                return _refused(error)
        except KeyboardInterrupt:
            with deaf():
                return _stopped()


def _carry_out(job: CommandJob, stop: Stop) -> int:
    if job.remark:
        tell(job.remark)
    if job.ray is not None and not has_folders(job):
        raise ValueError("--ray shares folders of pictures out; give a folder of photos or of paintings, or leave it")
    return paint_folders(job, stop) if has_folders(job) else _paint_one(job, stop)


def _stopped() -> int:
    return end(INTERRUPTED, "stopped before the first step: nothing was made")


def _refused(error: Exception) -> int:
    """What a person can do something about; anything else is raised again."""
    if isinstance(error, ValueError):
        return end(BAD_INPUT, str(error))
    if is_out_of_memory(error):
        return end(FAILED, f"{OUT_OF_MEMORY} before the first step: nothing was made")
    raise error


def _paint_one(job: CommandJob, stop: Stop) -> int:
    work = prepare(job)
    from nst_core.forecast.wording import sentence, table  # with torch, which what can't be prepared doesn't wait for

    if job.only_plan:
        sys.stdout.write("\n".join(filter(None, (table(work.forecast), work.on_paper))) + "\n")
    elif not job.quiet:
        tell("; ".join(filter(None, (sentence(work.forecast), work.on_paper))))
    for remark in work.remarks:
        tell(in_english([remark]))
    if job.only_plan:
        return DONE
    with graceful(stop) as heard, Bar(work.cost, job.quiet) as bar:
        outcome = paint(work, bar, heard)
    if outcome.code or not job.quiet:
        end(outcome.code, outcome.message)
    if outcome.error is not None:
        raise RuntimeError(outcome.message) from outcome.error
    return outcome.code
