"""A refusal is one sentence for a person, and data for a page that speaks another language."""

from __future__ import annotations

import pickle

import pytest

from nst_core.errors import InputError, shown


def test_a_refusal_has_a_sentence_and_its_numbers() -> None:
    with pytest.raises(ValueError, match=r"^40x31 pixels are too few$") as caught:
        raise InputError("40x31 pixels are too few", "small", width=40, height=31)
    error = caught.value
    assert isinstance(error, InputError)
    assert (error.about, error.values) == ("small", {"width": 40, "height": 31})


def test_a_refusal_may_be_of_no_known_kind() -> None:
    error = InputError("no")
    assert (str(error), error.about, error.values) == ("no", "", {})


def test_a_refusal_comes_through_another_process_whole() -> None:
    error = pickle.loads(pickle.dumps(InputError("too narrow", "too_narrow", width=3)))
    assert (str(error), error.about, error.values) == ("too narrow", "too_narrow", {"width": 3})


def test_a_value_is_shown_as_far_as_it_can_be_read() -> None:
    assert shown("a\n") == r"'a\n'"
    assert shown(10**400) == f"1{'0' * 59}..."
    assert shown(10**5000) == "a number of thousands of digits"
