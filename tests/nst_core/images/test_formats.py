"""What can be written is known before the run: the place, and what a format holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from nst_core.images import check_output, save_image
from tests.support.pictures import random_image

# Files


def test_check_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_output(str(tmp_path / "out.png")) == tmp_path / "out.png"
    assert not list(tmp_path.iterdir())
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").touch()
    for name, reason in [
        ("out", "must end in"),
        ("out.bmp", "must end in"),
        ("folder.png", "is a folder"),
        ("missing/out.png", "doesn't exist"),
        ("file/out.png", "doesn't exist|can't be written"),
        ("x" * 300 + ".png", "can't be written"),
    ]:
        with pytest.raises(ValueError, match=reason):
            check_output(tmp_path / name)

    def read_only(self: Path, *args: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", read_only)  # root may write everywhere
    with pytest.raises(ValueError, match="can't be written: Permission denied"):
        check_output(tmp_path / "out.png")


@pytest.mark.parametrize("kind", ["dangling", "circle"])
def test_a_link_that_leads_nowhere_is_refused_before_the_run(tmp_path: Path, kind: str) -> None:
    link = tmp_path / "out.png"
    link.symlink_to(tmp_path / "missing/out.png" if kind == "dangling" else link)
    with pytest.raises(ValueError, match="doesn't exist|can't be written"):
        check_output(link)


# Refusals


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("out.jpg", {"alpha": True}, "can't hold transparency"),
        ("out.jpeg", {"alpha": True, "depth": 16}, "can't hold 16 bits"),
        ("out.jpg", {"depth": 16}, "can't hold 16 bits"),
        ("out.webp", {"depth": 16}, "can't hold 16 bits.* use one of .png, .tif"),
        ("out.png", {"depth": 12}, "must be 8 or 16 bits a channel, got 12"),
    ],
)
def test_a_format_is_asked_only_for_what_it_holds(
    name: str, options: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_output(tmp_path / name, **options)
    if options.pop("alpha", False):
        options["alpha"] = torch.ones(1, 1, 32, 48)
    with pytest.raises(ValueError, match=reason):
        save_image(random_image(), tmp_path / name, **options)
    assert not list(tmp_path.iterdir())
