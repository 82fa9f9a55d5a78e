"""Where a run stands, on its way through an object store."""

from __future__ import annotations

import pickle
from itertools import islice

import numpy as np
import pytest
import torch

from demo.jobs.ray.states import packed, steps_done, unpacked
from nst_core.transfer import Transfer
from tests.support.jobs import TINY
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_a_run_goes_on_from_it_as_if_it_had_never_stopped(optimizer: str) -> None:
    pictures = smooth_picture(64, 48, 1), [smooth_picture(64, 48, 2)]
    config = TINY.__class__(**{**vars(TINY), "steps": 8, "optimizer": optimizer})
    whole = Transfer(*pictures, config, extractor=tiny_network())
    *_, wanted = whole
    cut = Transfer(*pictures, config, extractor=tiny_network())
    list(islice(cut, 5))
    crossed = pickle.loads(pickle.dumps(packed(cut.state())))
    assert steps_done(crossed) == 5
    for array in _arrays(crossed.descent):
        array.setflags(write=False)  # as an object store gives them
    rest = list(Transfer(*pictures, config, extractor=tiny_network(), state=unpacked(crossed, torch.device("cpu"))))
    assert [step.index for step in rest] == [6, 7, 8]
    assert torch.equal(rest[-1].image, wanted.image)


def _arrays(tree: object) -> list[np.ndarray]:
    if isinstance(tree, np.ndarray):
        return [tree]
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list | tuple) else ()
    return [array for child in children for array in _arrays(child)]
