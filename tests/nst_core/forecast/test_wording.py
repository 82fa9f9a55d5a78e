"""A forecast in words: a sentence, a table, and many pictures at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nst_core.config import Preset, TransferConfig
from nst_core.execution import Execution
from nst_core.forecast.forecast import Forecast, forecast
from nst_core.forecast.machine import UNKNOWN
from nst_core.forecast.units import in_bytes, in_time
from nst_core.forecast.wording import overview, sentence, summary, table
from tests.support.forecasts import FAST, GB, ZERO, a_task


def predicted(config: TransferConfig = TransferConfig(), **execution: Any) -> Forecast:  # noqa: B008
    return forecast(FAST, a_task(config), Execution(**execution))


def test_a_sentence() -> None:
    found = replace(predicted(), memory=int(1.66 * GB))
    total = in_time(found.seconds)
    assert sentence(found) == f"512x384 in 4 scales, 250 steps on 8 CPU cores: about {total}, 1.7 GB"
    assert "scales" not in sentence(predicted(ZERO))
    assert ", in blocks of 256 pixels: " in sentence(predicted(block=256))
    assert "blocks" not in sentence(predicted(block=5000))
    assert "1 step on" in sentence(predicted(replace(ZERO, steps=1)))


def test_no_time_is_told_where_the_pace_is_unknown() -> None:
    found = forecast(replace(FAST, pace=UNKNOWN), a_task(TransferConfig()), Execution())
    assert sentence(found) == f"512x384 in 4 scales, 250 steps on 8 CPU cores: about {in_bytes(found.memory)}"


def test_a_table() -> None:
    first, *lines = table(predicted(TransferConfig.preset(Preset.FAST), block=128)).splitlines()
    assert first.startswith("256x192 in 3 scales, 50 steps on 8 CPU cores")
    assert [line.split()[0] for line in lines] == [
        "64x48",
        "128x96",
        "256x192",
        "block",
        "precision",
        "history",
        "memory",
    ]
    assert lines[3].split() == ["block", "128", "pixels"]
    assert lines[5].split() == ["history", "20", "steps"]
    assert lines[6].endswith(" of 60.5 GB")
    assert len({line.index(line.split()[1]) for line in lines[:3]}) == 1  # a column


def test_many_pictures() -> None:
    found = [predicted(), None, predicted(ZERO)]
    total = in_time(sum(each.seconds for each in found if each))
    most = in_bytes(max(each.memory for each in found if each))
    assert summary(found) == f"2 pictures on 8 CPU cores: about {total}, up to {most}"
    assert summary([None]) == "nothing to paint"
    lines = overview([("a.png", found[0]), ("long name.png", None)]).splitlines()
    assert lines[1].startswith("  a.png          512x384")
    assert lines[2] == "  long name.png  can't be painted"
    assert overview([]) == "nothing to paint"
