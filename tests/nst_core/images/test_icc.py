"""Profiles that are built from numbers say what was put in."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import ImageCms

from nst_core.images.icc import curve_profile, table_profile, to_xyz
from tests.support.pictures import ADOBE_COLUMNS, P3_COLUMNS, SRGB_COLUMNS, colours_of, furthest, stripes

SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
P3 = (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


@pytest.mark.parametrize(("points", "columns"), [(SRGB, SRGB_COLUMNS), (ADOBE, ADOBE_COLUMNS), (P3, P3_COLUMNS)])
def test_chromaticities_become_the_known_columns(
    points: tuple[float, ...], columns: tuple[tuple[float, ...], ...]
) -> None:
    assert to_xyz(points) == pytest.approx(np.array(columns).T, abs=4e-4)


def test_a_profile_tells_its_space() -> None:
    profile = ImageCms.ImageCmsProfile(BytesIO(curve_profile(P3, (2.2,)))).profile
    assert profile.xcolor_space.strip() == "RGB"
    assert profile.red_colorant is not None
    assert profile.red_colorant[0] == pytest.approx(P3_COLUMNS[0], abs=4e-4)


def test_a_table_agrees_with_a_curve() -> None:
    """By way of a grid, too, levels mean the light that they should."""
    by_curve = ImageCms.ImageCmsProfile(BytesIO(curve_profile(P3, (2.2,))))
    by_table = ImageCms.ImageCmsProfile(BytesIO(table_profile(P3, lambda levels: levels**2.2)))
    srgb = ImageCms.createProfile("sRGB")
    curve, table = (ImageCms.profileToProfile(stripes(), each, srgb) for each in (by_curve, by_table))
    assert curve is not None
    assert table is not None
    assert furthest(colours_of(table), colours_of(curve)) <= 2
