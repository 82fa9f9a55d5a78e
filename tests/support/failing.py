"""The page in front of a runner whose jobs fail after their second step: `python -m tests.support.failing PORT`."""

from __future__ import annotations

import os
import sys

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from demo.browser.theme import theme
from demo.form.example_pairs import EXAMPLES
from demo.jobs.records import Waiting
from demo.ui import STYLESHEETS, build_ui
from demo.words import I18N
from tests.support.playback import Playback, progress


def main(port: int) -> None:
    """Serve it until somebody ends the process."""
    runner = Playback([Waiting(0), progress(1, 9), progress(2, 9), RuntimeError("this one was to be expected")])
    build_ui(runner).launch(
        server_port=port,
        i18n=I18N,
        theme=theme(),
        css_paths=list(STYLESHEETS),
        allowed_paths=[str(EXAMPLES)],
        quiet=True,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
