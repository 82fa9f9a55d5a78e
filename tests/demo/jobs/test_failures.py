"""Errors as records, which any process can unpickle."""

from __future__ import annotations

import pickle

import pytest

from demo.jobs.failures import Failed
from nst_core.errors import InputError


def crossed(error: Exception) -> Exception:
    record: Failed = pickle.loads(pickle.dumps(Failed.of(error)))
    return record.error()


def test_a_refusal_arrives_with_all_that_it_says() -> None:
    error = crossed(InputError("too narrow", "too_narrow", width=3))
    assert isinstance(error, InputError)
    assert (str(error), error.about, error.values) == ("too narrow", "too_narrow", {"width": 3})


@pytest.mark.parametrize(
    ("error", "kind"),
    [(ValueError("no such weights"), ValueError), (MemoryError("all"), MemoryError), (KeyError("a"), RuntimeError)],
)
def test_other_errors_are_of_a_kind_that_tells_what_to_do(error: Exception, kind: type[Exception]) -> None:
    assert isinstance(crossed(error), kind)
