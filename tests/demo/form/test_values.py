"""The form by name: what is set there for a config, and what is left alone."""

from __future__ import annotations

from demo.form.settings import DIALS
from demo.form.values import MOST_PAINTINGS, form_values, in_slots, left_alone
from nst_core.config import TransferConfig
from tests.support.playback import form, settings, shown


def test_a_config_fills_the_form() -> None:
    values = form_values("photo.jpg", ["a.jpg", None], TransferConfig(strength=61.0, style_blend=(20.0, 60.0)))
    assert (values.photo, values.paintings, values.regions) == ("photo.jpg", ("a.jpg", None, None, None), None)
    assert values.blends == (20.0, 60.0, 50.0, 50.0)
    assert values.settings == settings(strength=61.0)


def test_shares_beyond_a_slider_keep_their_proportions() -> None:
    assert form_values(None, [], TransferConfig(style_blend=(1.0, 400.0))).blends[:2] == (0.25, 100.0)


def test_no_more_goes_in_than_there_are_slots() -> None:
    assert in_slots("abcdef", None) == ("a", "b", "c", "d")
    assert in_slots([], 50.0) == (50.0,) * MOST_PAINTINGS


def test_what_is_left_alone_changes_nothing() -> None:
    assert not shown(left_alone())
    assert len(left_alone().paintings) == len(left_alone().blends) == MOST_PAINTINGS


def test_the_dials_are_those_of_the_form() -> None:
    dials = form(None, blends=(20.0,), strength=7).dials
    assert list(dials.settings) == list(DIALS)
    assert (dials.settings["strength"], dials.blends) == (7, (20.0, 50.0, 50.0, 50.0))


def test_a_form_is_complete_with_a_photo_and_any_painting() -> None:
    picture: dict[str, object] = {"path": "x", "orig_name": "x", "is_stream": False}
    assert form(picture, None, picture).is_complete
    assert not form(picture).is_complete
    assert not form(None, picture).is_complete
