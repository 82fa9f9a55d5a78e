"""A process of its own that decodes pictures for the page: one that fills or ends it does no harm to anything else.

`python -m demo.form.decoder`: each line on stdin is a request, and its answer on stdout a line of JSON, followed by the
pixels where there are some. `demo.form.decoding` starts it, and ends it where it takes too long.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, BinaryIO

from nst_core.device.memory import give_back_freed_memory
from nst_core.errors import InputError
from nst_core.images.reading import Size, load_image, read_format, read_size
from nst_core.images.sizes import scaled

DETAIL = 4  # times the result's long side: what a job keeps of a picture, so that those who wait cost little memory
MOST_BYTES = 850_000_000  # of memory for a picture: a photo of 50 megapixels in AVIF takes it, the dearest of phones
SLACK = 400_000_000  # bytes of addresses that decoders reserve, and hardly use
SECONDS = 20  # of processor time for a picture


def main() -> None:
    """Answer requests until there are no more."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    addresses = _addresses()
    for line in requests:
        request = json.loads(line)
        limit(addresses + MOST_BYTES + SLACK, time.process_time() + SECONDS)
        answers.writelines(lines(*answered(request["path"], request["wanted"])))
        answers.flush()
        give_back_freed_memory()  # it may be long until the next picture comes


def lines(answer: dict[str, Any], pixels: bytes) -> Iterator[bytes]:
    """What is written of an answer."""
    yield json.dumps(answer).encode() + b"\n"
    yield pixels


def answered(path: str, wanted: int | None) -> tuple[dict[str, Any], bytes]:
    """A picture for a result of the size `wanted`, as its format, mode, size and pixels, or why there is none.

    Of None it is the size in the file alone, without a pixel.
    """
    try:
        with open(path, "rb") as stream:
            if wanted is None:
                return {"size": read_size(stream)}, b""
            image, kind = decode(stream, wanted), read_format(stream)
        return {"format": kind, "mode": image.mode, "size": image.size}, image.tobytes()
    except MemoryError:
        return {"memory": True}, b""
    except InputError as error:
        return {"refused": str(error), "about": error.about, "values": error.values}, b""
    except OSError:
        return {"lost": True}, b""
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}, b""


def decode(stream: BinaryIO, size: int) -> Any:
    """A picture as large as a result of that `size` needs it, "RGBA" where it has transparent parts."""
    return load_image(stream, keep_alpha=True, wanted=partial(detailed, size), most_bytes=MOST_BYTES)


def detailed(size: int, own: Size) -> Size:
    """At most `DETAIL` times as large as a result of that `size`, and of exactly the shape that it has there."""
    if max(own) <= DETAIL * size:
        return own
    width, height = scaled(own, size)
    return DETAIL * width, DETAIL * height


def limit(addresses: int, seconds: float) -> None:
    """Let this process have so many bytes of addresses, and processor time until then, where the system can do so."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limits, and macOS not all of them
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, most))
        resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))


def _addresses() -> int:
    """Bytes of addresses that this process has."""
    import psutil

    return int(psutil.Process().memory_info().vms)


if __name__ == "__main__":
    main()
