"""Nobody's names of uploads stay for ever."""

from __future__ import annotations

import asyncio

import pytest
from gradio import routes
from gradio.route_utils import FileUploadProgress

from demo.visitors import upload_progress
from demo.visitors.upload_progress import forget, forget_soon


@pytest.fixture
def progress(monkeypatch: pytest.MonkeyPatch) -> FileUploadProgress:
    known = FileUploadProgress()
    monkeypatch.setattr(routes, "file_upload_statuses", known)
    return known


def test_what_is_over_is_forgotten_in_a_while(progress: FileUploadProgress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_progress, "KEPT_FOR", 0.01)

    async def upload() -> None:
        progress.set_done("mine")
        forget_soon("mine")
        assert progress.is_done("mine")
        await asyncio.sleep(0.1)

    asyncio.run(upload())
    assert not progress._statuses
    assert not progress._signals


def test_a_name_that_was_only_asked_about_is_forgotten(progress: FileUploadProgress) -> None:
    progress._signals["nobody's"].clear()
    forget("nobody's")
    forget("never asked about")
    assert not progress._signals
