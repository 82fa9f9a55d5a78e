"""A job knows its files: in which role each goes in, where each result goes, and what its recipe says of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nst_core.cli.job import CommandJob, Source
from nst_core.config import TransferConfig
from nst_core.recipe import Command, Role, parse

ORIGIN = Path("out.png")


def test_a_job_becomes_a_recipe(tmp_path: Path) -> None:
    photo, weights = tmp_path / "a.jpg", tmp_path / "vgg.pth"
    photo.write_bytes(b"photo")
    weights.write_bytes(b"weights")
    job = CommandJob(
        command=Command.RECONSTRUCT,
        config=TransferConfig(weights=str(weights)),
        sources=(Source(Role.CONTENT, photo, "a.jpg"), Source(Role.WEIGHTS, weights, "vgg.pth")),
        output=tmp_path / "out.png",
        depth=16,
    )
    recipe = job.recipe()
    assert str(tmp_path) not in recipe.to_text()
    assert recipe.config == TransferConfig(weights="vgg.pth")
    assert [(each.role, each.name, each.sha256) for each in recipe.ingredients] == [
        ("content", "a.jpg", hashlib.sha256(b"photo").hexdigest()),
        ("weights", "vgg.pth", hashlib.sha256(b"weights").hexdigest()),
    ]
    finished = replace(recipe, steps_done=1, steps_planned=1)
    assert parse(finished.to_text(), ORIGIN) == finished
    photo.unlink()
    with pytest.raises(ValueError, match=r"a\.jpg can't be read: No such file"):
        job.recipe()


def job_of(*sources: Source, **changes: Any) -> CommandJob:
    given: dict[str, Any] = {"command": Command.STYLIZE, "config": TransferConfig(), "output": Path("a/out.png")}
    return CommandJob(**given | changes, sources=sources)


def source(role: Role, name: str | None) -> Source:
    return Source(role, None if name is None else Path(name), name)


def test_files_are_found_by_their_role_in_their_order() -> None:
    job = job_of(source(Role.STYLE, "b"), source(Role.CONTENT, "photo"), source(Role.STYLE, "a"))
    assert job.content == Path("photo")
    assert job.paths(Role.STYLE) == [Path("b"), Path("a")]
    assert job.paths(Role.WITHIN) == []


@pytest.mark.parametrize(
    ("given", "masks"),
    [
        ((), []),
        ((None, None), []),  # as good as none
        (("m",), [Path("m"), None, None]),
        ((None, "m"), [None, Path("m"), None]),
        (("k", None, "m"), [Path("k"), None, Path("m")]),
    ],
)
def test_there_are_as_many_masks_as_paintings_or_none(given: tuple[str | None, ...], masks: list[Path | None]) -> None:
    paintings = [source(Role.STYLE, name) for name in "abc"]
    assert job_of(*paintings, *(source(Role.MASK, name) for name in given)).masks == masks


def test_intermediates_are_named_after_the_result_and_their_step() -> None:
    assert job_of(save_every=5).intermediate(50) == Path("a/out-0050.png")
    config = TransferConfig(steps=12)
    assert job_of(config=config, save_every=5).intermediates == {5: Path("a/out-0005.png"), 10: Path("a/out-0010.png")}
    assert job_of(config=config, save_every=13).intermediates == {}
    assert job_of(config=config).intermediates == {}


def test_a_mask_that_a_painting_does_not_have_has_no_hash() -> None:
    job = job_of(source(Role.CONTENT, "photo"), source(Role.MASK, None))
    hashed: list[Path] = []

    def hash_of(path: Path) -> str:
        hashed.append(path)
        return f"hash of {path}"

    recipe = job.recipe(hash_of)
    assert [(each.name, each.sha256) for each in recipe.ingredients] == [("photo", "hash of photo"), (None, None)]
    assert hashed == [Path("photo")]
