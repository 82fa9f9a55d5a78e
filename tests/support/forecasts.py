"""Made-up machines and what they are asked to do."""

from __future__ import annotations

from typing import Any

from nst_core.config import Border, TransferConfig
from nst_core.execution import Precision
from nst_core.forecast.machine import Machine, Pace
from nst_core.forecast.task import Task
from nst_core.scene.scales import scale_plan
from tests.support.terminal import hollow_network

GB = 10**9


ZERO = TransferConfig(size=512, scales=1, steps=10, border=Border.ZERO)


FAST = Machine(
    device="8 CPU cores", precision=Precision.FLOAT32, used=GB // 2, free=60 * GB, pace=Pace(start=0.0, pixel=1e-6)
)


def a_task(config: TransferConfig = ZERO, photo: tuple[int, int] = (4000, 3000), **options: Any) -> Task:
    paintings = options.pop("paintings", [(1000, 1000)])
    return Task(hollow_network(), config, scale_plan(photo, paintings, config), paintings, **options)
