"""Which addresses are open: Gradio has many that this page has no use for, and each version of it adds some.

There is one that enlarges the icon to whatever size is asked for, one that writes its caller's text into the log, and
ones that fetch what their caller names.
"""

from __future__ import annotations

import re

API = "/gradio_api"
# Of Gradio's own interface: what its page, its clients and the Model Context Protocol ask for
_OF_API = re.compile(
    r"(queue/(join|data|status)|heartbeat/[^/]+|goodbye/[^/]+|(call|run|api)/.+|cancel|reset"
    r"|upload|upload_progress|file=(?!https?://).+|file/(?!https?://).+"
    r"|info|openapi\.json|app_id|user|login_check|token|startup-events|theme\.css|mcp(/.*)?)/?",
    re.DOTALL,
)
# Beside it: all but these, since the server's own are there, too
_CLOSED = re.compile(r"/(logout|monitoring|pwa_icon/(?!(192|512)/?$))")


def is_open(path: str) -> bool:
    """Whether a request's path, without what a proxy puts before it, leads to something that may be asked for."""
    if path.startswith(f"{API}/"):
        return _OF_API.fullmatch(path, len(API) + 1) is not None
    return _CLOSED.match(path) is None
