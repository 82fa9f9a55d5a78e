"""A file with parts left out and others put in reads as one that was written so."""

from __future__ import annotations

from io import BytesIO

from nst_core.images.spliced import spliced

DATA = bytes(range(200))
PARTS = [b"begin", range(10, 30), b"", range(30, 30), range(100, 190), b"end"]
WRITTEN = b"begin" + DATA[10:30] + DATA[100:190] + b"end"


def test_it_reads_like_a_copy() -> None:
    file, copy = spliced(BytesIO(DATA), PARTS), BytesIO(WRITTEN)
    for size in (0, 1, 3, 7, 60, 1000, 5):
        assert file.read(size) == copy.read(size)
        assert file.tell() == copy.tell()
    for offset, whence in ((3, 0), (-4, 2), (0, 2), (30, 0), (-5, 1), (500, 0), (0, 0)):
        assert file.seek(offset, whence) == copy.seek(offset, whence)
        assert file.read(9) == copy.read(9)


def test_the_file_may_be_read_in_between() -> None:
    stream = BytesIO(DATA)
    file = spliced(stream, [range(100), b"!", range(100, 200)])
    whole = b""
    while piece := file.read(33):
        whole += piece
        stream.seek(7)
    assert whole == DATA[:100] + b"!" + DATA[100:]


def test_it_leaves_the_file_open() -> None:
    stream = BytesIO(DATA)
    spliced(stream, [range(5)]).close()
    assert stream.read(1) == b"\0"


def test_of_nothing_there_is_nothing() -> None:
    file = spliced(BytesIO(DATA), [])
    assert file.read() == b""
    assert file.seek(0, 2) == 0
