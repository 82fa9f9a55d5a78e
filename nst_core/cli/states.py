"""Which picture a state file belongs to: by its name, by its hash, and by the run that both are of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nst_core.files import fitting
from nst_core.recipe import KEY, Recipe, parse, sha256_of

SUFFIX = ".state"


@dataclass(frozen=True)
class StateLabel:
    """What a state file tells beside the state: the picture in its folder, and what both were made of.

    `is_kept`: it was asked for, and stays when its run has come to its end. `sha256` is the picture's; states of
    earlier versions don't tell it.
    """

    output: str
    is_kept: bool
    recipe: Recipe
    sha256: str | None

    def to_text(self) -> str:
        """As JSON."""
        values = {"output": self.output, "kept": self.is_kept, "recipe": self.recipe.to_text(), "sha256": self.sha256}
        return json.dumps(values)


def state_beside(picture: Path) -> Path:
    """Where the state of a picture's run goes unless it is asked for elsewhere: out.png -> out.png.state."""
    return fitting(picture.parent, picture.stem, picture.suffix + SUFFIX)


def parse_label(text: str, origin: Path) -> StateLabel:
    """The label in the text of the state file `origin`; `ValueError` for one that the command line hasn't written."""
    try:
        values = json.loads(text)
        output, kept, recipe, sha256 = values["output"], values["kept"], values["recipe"], values.get("sha256")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"{origin} carries no recipe; give a state that the command line wrote") from None
    texts = isinstance(output, str) and isinstance(recipe, str) and isinstance(sha256, str | None)
    if not texts or Path(output).name != output:
        raise ValueError(f"{origin} is damaged; give a state that the command line wrote")
    return StateLabel(output, kept is True, parse(recipe, origin), sha256)


def label_of(state: Path) -> StateLabel | None:
    """The label of a state file; None for whatever else lies there."""
    from nst_core.checkpoint import load_state

    try:
        return parse_label(load_state(state, "meta")[1], state)
    except (
        Exception
    ):  # whatever a foreign file makes a reader stumble over, it mustn't cost a picture that is to be saved
        return None


def recipe_of(picture: Path) -> Recipe | None:
    """What a picture tells of itself; None if it is none of ours, or in a format that has no place for it."""
    from nst_core.images.reading import read_text

    try:
        return parse(read_text(picture).get(KEY, ""), picture)
    except ValueError:
        return None


def belongs(label: StateLabel, picture: Path, state: Path) -> bool:
    """Whether `picture` is of the run that the file `state` was saved by: going on with it then replaces no other."""
    try:
        if label.sha256 is not None and sha256_of(picture) == label.sha256:
            return True
        if (recipe := recipe_of(picture)) is not None:
            return recipe.makes_the_same_as(label.recipe)
        # Earlier versions wrote the picture, and then the state: nobody has written to it since.
        return label.sha256 is None and picture.stat().st_mtime_ns <= state.stat().st_mtime_ns
    except (ValueError, OSError):  # it can't be read
        return False


def check_own_picture(label: StateLabel, state: Path, output: Path | None) -> None:
    """Raise `ValueError` where going on with `state` would replace a picture that isn't its run's.

    `output` is what was asked for instead of the picture that the state tells of: any other name is as good.
    """
    namesake = state.with_suffix("")
    if output is None and namesake.name != label.output and namesake.is_file():
        raise ValueError(f"{state} is the state of {label.output}, not of {namesake.name}; say with -o what to write")
    picture = output or state.parent / label.output
    if picture.name == label.output and picture.is_file() and not belongs(label, picture, state):
        raise ValueError(
            f"{picture} isn't the picture that {state} was saved with, and would be replaced; "
            "choose another name with -o"
        )
