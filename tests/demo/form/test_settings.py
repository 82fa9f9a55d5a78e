"""The settings of the page: what each allows, the way to a config and back, and what programs are told."""

from __future__ import annotations

from typing import Any

import pytest

from demo.form import widgets
from demo.form.recipes import page_config
from demo.form.settings import BY_NAME, SETTINGS, Kind, Setting, label_of, make_config, widget_values
from demo.jobs.registry import ZERO_GPU
from demo.words import LANGUAGES, WORDS, Language
from nst_core.config import Initial, TransferConfig
from tests.support.playback import settings

DEFAULTS = TransferConfig()


def test_the_defaults_of_the_page_are_those_of_the_config() -> None:
    assert make_config(DEFAULTS, settings()) == DEFAULTS


def test_what_the_browser_sends_becomes_a_config() -> None:
    values = settings(size=256.0, steps=30, initial="noise", seed=7.0, content_weight=2, strength=30, style_scale=2)
    config = make_config(DEFAULTS, values)
    assert (config.size, config.steps, config.initial, config.seed) == (256, 30, Initial.NOISE, 7)
    assert (config.content_weight, config.strength, config.style_scale) == (2.0, 30.0, (2.0,))
    assert isinstance(config.size, int)


def test_the_widgets_values_make_the_same_config_again() -> None:
    config = TransferConfig(style_scale=(0.5,), initial=Initial.NOISE, seed=3, strength=12.0)
    assert make_config(DEFAULTS, widget_values(config)) == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 5000}, "^“Resolution” must be between 128 and 1024 here, got 5000.$"),
        ({"steps": 100_000}, "“Steps” must be between 1 and 1000 here, got 100,000"),
        ({"scales": 6}, "“Scales” must be between 0 and 5"),
        ({"style_scale": 9}, r"“How large are the strokes\?” must be between 0.25 and 4"),
        ({"seed": None}, "^“Seed” is empty: give it a number.$"),
        ({"seed": "seven"}, "“Seed” needs a number, got 'seven'"),
        ({"seed": -1}, "“Seed” must be between"),
        ({"content_weight": float("nan")}, "“Content weight” needs a number"),
        ({"steps": True}, "“Steps” needs a number"),
        ({"style_scale": [2]}, r"“How large are the strokes\?” needs a number"),
        ({"content_weight": -1}, "“Content weight” must be between 0 and 1,000,000,000,000 here, got -1"),
        ({"tv_weight": 1e13}, "“Smoothness” must be between"),
        ({"optimizer": "sgd"}, "“Optimiser” must be one of lbfgs, adam, got 'sgd'"),
        ({"pooling": ["max"]}, "“Pooling” must be one of"),
        ({"strength": 101}, r"“How much painting\?” must be between 0 and 100"),
        ({"weights": "/etc/passwd"}, "“Weights of VGG-19” must be one of"),
        ({"weights": "other.pth"}, "“Weights of VGG-19” must be one of"),
    ],
)
def test_what_no_widget_allows_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_config(DEFAULTS, settings(**changes))


def test_the_servers_own_weights_are_allowed() -> None:
    assert make_config(TransferConfig(weights="mine.pth"), settings(weights="mine.pth")).weights == "mine.pth"


def test_where_seconds_are_lent_none_go_into_a_download(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_config(DEFAULTS, settings(weights="torchvision")).weights == "torchvision"
    monkeypatch.setenv(ZERO_GPU, "true")
    with pytest.raises(ValueError, match="“Weights of VGG-19” must be one of embedded, got 'torchvision'"):
        make_config(DEFAULTS, settings(weights="torchvision"))
    assert page_config(TransferConfig(weights="torchvision"), DEFAULTS) == (DEFAULTS, ["weights"])
    assert not widgets._widget(BY_NAME["weights"], DEFAULTS).visible
    monkeypatch.delenv(ZERO_GPU)
    assert widgets._widget(BY_NAME["weights"], DEFAULTS).visible


def test_what_no_widget_allows_is_refused_in_the_persons_language() -> None:
    for changes in ({"seed": -1}, {"optimizer": "sgd"}, {"content_weight": 1e13}, {"size": 5000}):
        with pytest.raises(ValueError, match="debe"):
            make_config(DEFAULTS, settings(**changes), "es")
    with pytest.raises(ValueError, match="«Suavidad» debe estar aquí entre 0 y 1\N{NO-BREAK SPACE}000"):
        make_config(DEFAULTS, settings(tv_weight=-1), "es")


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_every_setting_has_a_name_that_the_page_shows(speaks: Language) -> None:
    for name in (*BY_NAME, "style_blend"):
        label = label_of(name, speaks)
        assert label != name
        assert "_" not in label


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_has_its_words(setting: Setting) -> None:
    texts = ["label", "info", *setting.ends, *(setting.choices(DEFAULTS) if setting.has_choices else ())]
    assert {f"{setting.key}.{text}" for text in texts} <= WORDS.keys()


def test_dials_alone_have_words_at_their_ends() -> None:
    assert {bool(setting.ends) for setting in SETTINGS if setting.kind is Kind.DIAL} == {True}
    assert not any(setting.ends for setting in SETTINGS if setting.kind is not Kind.DIAL)


def test_the_page_is_never_wider_than_the_config() -> None:
    for setting in SETTINGS:
        if not setting.has_choices:
            low, high = Setting(setting.name, setting.kind).range
            assert low <= setting.range[0] < setting.range[1] <= high


def test_programs_are_told_ranges_and_choices() -> None:
    told = {setting.name: setting.explained() for setting in SETTINGS}
    assert told["size"] == "long side of the result in pixels, 128 to 1024"
    assert told["initial"] == "image to start from: content, noise or style"
    assert told["optimizer"] == "what moves the pixels: lbfgs or adam"
    assert told["content_weight"] == "alpha, the photo's weight"
