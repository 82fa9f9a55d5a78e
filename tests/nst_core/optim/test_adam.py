"""Our Adam beside torch's."""

from __future__ import annotations

import torch

from nst_core.optim.adam import ADAM_STEP, Adam
from tests.support.descents import Bowl, start


def test_adam_takes_the_steps_of_torch() -> None:
    point = start().double().requires_grad_()
    expected = torch.optim.Adam([point], lr=ADAM_STEP / 2)
    method = Adam(point.detach())
    for _ in range(20):
        point.grad = Bowl()(point.detach())[1].double()
        method.learn(point.grad)
        stepped = point.detach() + method.step(torch.tensor(0.5))
        expected.step()
        torch.testing.assert_close(stepped, point.detach(), rtol=0, atol=1e-8)
