"""Colours without a profile look as they do in a browser."""

from __future__ import annotations

import pytest

from nst_core.images import to_rgb
from nst_core.images.colour_codes import profile_of_codes, profile_of_gamma
from tests.support.pictures import COLOURS, colours_of, furthest, stripes

Colours = tuple[tuple[int, int, int], ...]

DISPLAY_P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)

# What Chromium 156 paints on a canvas of the stripes in a PNG with the chunk cICP: read from its pixels, 2026-11-27.
# The colours are those of `COLOURS`, primaries and transfer those of ITU-T H.273.
OF_CODES: dict[tuple[int, int], Colours] = {
    (12, 13): ((128, 128, 128), (218, 0, 26), (0, 204, 0), (40, 40, 208), (220, 220, 0), (30, 30, 30), (190, 117, 84)),
    (9, 14): ((121, 121, 121), (246, 0, 6), (0, 208, 0), (0, 20, 207), (225, 219, 0), (18, 18, 18), (206, 101, 74)),
    (1, 1): (
        (121, 121, 121),
        (197, 28, 28),
        (28, 197, 28),
        (28, 28, 197),
        (218, 218, 18),
        (18, 18, 18),
        (176, 113, 81),
    ),
    (1, 8): (
        (188, 188, 188),
        (229, 110, 110),
        (110, 229, 110),
        (110, 110, 229),
        (239, 239, 96),
        (96, 96, 96),
        (219, 183, 160),
    ),
    (1, 4): (
        (129, 129, 129),
        (201, 35, 35),
        (35, 201, 35),
        (35, 35, 201),
        (221, 221, 24),
        (24, 24, 24),
        (181, 121, 90),
    ),
    (1, 5): ((106, 106, 106), (189, 17, 17), (17, 189, 17), (17, 17, 189), (212, 212, 8), (8, 8, 8), (165, 98, 66)),
    (7, 7): (
        (141, 141, 141),
        (201, 65, 58),
        (76, 203, 56),
        (62, 64, 207),
        (223, 223, 44),
        (48, 48, 48),
        (185, 135, 106),
    ),
    (10, 8): (
        (188, 188, 188),
        (255, 0, 123),
        (0, 255, 41),
        (0, 118, 241),
        (255, 235, 16),
        (96, 96, 96),
        (255, 132, 160),
    ),
    (11, 17): ((118, 118, 118), (214, 0, 0), (0, 204, 0), (21, 19, 209), (224, 224, 0), (13, 13, 13), (185, 105, 69)),
    (5, 13): (
        (128, 128, 128),
        (204, 40, 40),
        (0, 200, 46),
        (40, 40, 199),
        (220, 220, 40),
        (30, 30, 30),
        (182, 120, 90),
    ),
    (4, 13): ((128, 128, 128), (237, 21, 18), (0, 196, 0), (0, 70, 206), (228, 213, 0), (30, 30, 30), (203, 116, 84)),
    (6, 13): (
        (128, 128, 128),
        (195, 49, 39),
        (63, 197, 37),
        (46, 49, 201),
        (219, 218, 23),
        (30, 30, 30),
        (177, 121, 90),
    ),
    (8, 13): ((128, 128, 128), (227, 0, 24), (0, 206, 0), (36, 27, 207), (221, 222, 0), (30, 30, 30), (196, 117, 84)),
    (22, 13): (
        (128, 128, 128),
        (202, 50, 39),
        (19, 195, 39),
        (41, 56, 200),
        (220, 217, 27),
        (30, 30, 30),
        (181, 121, 90),
    ),
    (1, 16): ((132, 132, 132), (255, 4, 4), (3, 255, 3), (3, 3, 255), (255, 255, 1), (4, 4, 4), (255, 97, 51)),
    (9, 18): ((99, 99, 99), (230, 0, 13), (0, 208, 0), (0, 19, 173), (231, 225, 0), (13, 13, 13), (185, 85, 67)),
    (1, 18): ((99, 99, 99), (181, 29, 29), (33, 200, 33), (26, 26, 167), (225, 225, 21), (13, 13, 13), (156, 95, 72)),
}
# As above, of gAMA and cHRM
OF_GAMMA: list[tuple[float, tuple[float, ...] | None, Colours]] = [
    (1, None, OF_CODES[1, 8]),
    (
        0.55556,
        None,
        ((146, 146, 146), (210, 53, 53), (53, 210, 53), (53, 53, 210), (227, 227, 40), (40, 40, 40), (193, 139, 109)),
    ),
    (
        0.45455,
        DISPLAY_P3,
        ((129, 129, 129), (220, 0, 18), (0, 205, 0), (35, 35, 210), (221, 221, 0), (24, 24, 24), (192, 117, 83)),
    ),
]


def shown(profile: bytes | None) -> list[tuple[int, ...]]:
    assert profile
    image = stripes()
    image.info["icc_profile"] = profile
    return colours_of(to_rgb(image))


@pytest.mark.parametrize("codes", OF_CODES, ids=str)
def test_code_points_mean_what_they_do_in_a_browser(codes: tuple[int, int]) -> None:
    dynamic_range_is_high = codes[1] in (16, 18)
    assert furthest(shown(profile_of_codes(*codes)), OF_CODES[codes]) <= (2 if dynamic_range_is_high else 1)


@pytest.mark.parametrize(("exponent", "points", "expected"), OF_GAMMA)
def test_a_gamma_means_what_it_does_in_a_browser(
    exponent: float, points: tuple[float, ...] | None, expected: Colours
) -> None:
    assert furthest(shown(profile_of_gamma(exponent, points)), expected) <= 1


def test_srgb_needs_no_profile() -> None:
    assert profile_of_codes(1, 13) == b""
    assert profile_of_gamma(0.45455, None) is None
    assert profile_of_gamma(0.45455, (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)) is None


@pytest.mark.parametrize("codes", [(2, 2), (2, 13), (12, 2), (0, 0), (255, 13), (1, 255), (12, 9), (12, 12)])
def test_codes_without_a_meaning_have_none(codes: tuple[int, int]) -> None:
    assert profile_of_codes(*codes) is None


@pytest.mark.parametrize("exponent", [None, 0, 1e-5, 42949.67])
def test_no_sensible_gamma_changes_nothing(exponent: float | None) -> None:
    assert profile_of_gamma(exponent, DISPLAY_P3) is None


@pytest.mark.parametrize("points", [(0.0,) * 8, (0.3127, 0.329, *(0.3, 0.3) * 3), (0.9, 0.05, *DISPLAY_P3[2:])])
def test_chromaticities_that_span_nothing_are_srgbs(points: tuple[float, ...]) -> None:
    assert furthest(shown(profile_of_gamma(1, points)), OF_CODES[1, 8]) <= 1


def test_white_and_black_stay() -> None:
    image = stripes([(0, 0, 0), (255, 255, 255), *COLOURS])
    for codes in OF_CODES:
        image.info["icc_profile"] = profile_of_codes(*codes)
        black, white, *_ = colours_of(to_rgb(image))
        assert (black, white) == ((0, 0, 0), (255, 255, 255))
