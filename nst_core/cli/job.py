"""What the command line asks for, complete: what goes in, what is done with it, where it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_core.config import TransferConfig
from nst_core.execution import Execution
from nst_core.files import fitting
from nst_core.printing import Print
from nst_core.recipe import Command, Ingredient, Recipe, Role, sha256_of

if TYPE_CHECKING:
    from nst_core.checkpoint import Checkpoint


@dataclass(frozen=True)
class Source:
    """A file that goes in, and what a recipe calls it; without a path, the mask that a painting doesn't have."""

    role: Role
    path: Path | None
    name: str | None


@dataclass(frozen=True)
class Start:
    """Where an earlier run stopped: its state and recipe, the file of both, and the picture that it was saved with."""

    path: Path
    state: Checkpoint
    recipe: Recipe
    picture: Path

    @property
    def steps_done(self) -> int:
        """How many steps it had done."""
        return self.recipe.steps_done


@dataclass(frozen=True)
class Earlier:
    """How a run that is repeated, or gone on with, was computed, and on what kind of device."""

    execution: Execution
    device: str


@dataclass(frozen=True, kw_only=True)
class CommandJob:
    """What the command line asks for."""

    command: Command
    config: TransferConfig
    sources: tuple[Source, ...]
    output: Path
    steered: tuple[tuple[int, TransferConfig], ...] = ()  # the first step of each config after `config`, and it
    depth: int = 8
    keep_profile: bool = False
    made_for: Print | None = None  # the paper that the size is by, once it is known what shape the photo has
    dpi: int | None = None  # of the files
    aspect: float | None = None  # what the photo is cut to, its long side over its short one
    save_every: int | None = None
    clip: Path | None = None
    state: Path | None = None  # where the state is kept, however the run ends
    start: Start | None = None
    stop_after: int | None = None  # the step that an unfinished picture, whose recipe is repeated, stopped after
    recipe_of: Path | None = None  # the picture whose recipe is repeated
    device: str | None = None
    execution: Mapping[str, Any] = field(default_factory=dict)  # those of its fields that were chosen
    earlier: Earlier | None = None
    remark: str = ""  # what of the recipe's run isn't repeated
    ray: str | None = None  # the address of a cluster that paints, as `nst_core.cluster.Cluster` has it
    quiet: bool = False
    only_plan: bool = False

    def paths(self, role: Role) -> list[Path]:
        """The files in a role, in their order."""
        return [source.path for source in self.sources if source.role is role and source.path]

    def config_at(self, step: int) -> TransferConfig:
        """What step `step`, from 1, goes by; that of the first for 0."""
        return next((config for first, config in reversed(self.steered) if first <= step), self.config)

    @property
    def content(self) -> Path:
        """The photo."""
        return self.paths(Role.CONTENT)[0]

    @property
    def masks(self) -> list[Path | None]:
        """As many as there are paintings, or none at all, as `Transfer` wants them."""
        given = [source.path for source in self.sources if source.role is Role.MASK]
        missing = len(self.paths(Role.STYLE)) - len(given)
        return given + [None] * missing if any(given) else []

    def intermediate(self, index: int) -> Path:
        """Where the picture after step `index` goes: out.png -> out-0050.png."""
        return fitting(self.output.parent, self.output.stem, f"-{index:04d}{self.output.suffix}")

    @property
    def intermediates(self) -> dict[int, Path]:
        """All the pictures that `--save-every` will write, by the number of their step."""
        if self.save_every is None:
            return {}
        steps = range(self.save_every, self.config.steps + 1, self.save_every)
        return {index: self.intermediate(index) for index in steps}

    def recipe(self, hash_of: Callable[[Path], str] = sha256_of) -> Recipe:
        """What the pictures will carry; reads all files once more, for their hashes."""
        files = [source.name for source in self.sources if source.role is Role.WEIGHTS and source.name]
        weights = files[0] if files else self.config.weights
        return Recipe(
            command=self.command,
            config=replace(self.config, weights=weights),
            steered=tuple((step, replace(config, weights=weights)) for step, config in self.steered),
            ingredients=tuple(
                Ingredient(source.role, source.name, None if source.path is None else hash_of(source.path))
                for source in self.sources
            ),
            depth=self.depth,
            keep_profile=self.keep_profile,
            dpi=self.dpi,
            aspect=self.aspect,
            versions={},
        )
