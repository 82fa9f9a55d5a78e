"""Where to compute."""

from __future__ import annotations

import torch


def resolve_device(device: torch.device | str | None, usual: torch.device | None = None) -> torch.device:
    """The device asked for, else the `usual` one, else an accelerator, else the CPU.

    Raises `ValueError` with the way out when it can't be used.
    """
    if device is None:
        return usual or torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0].partition(". ")[0]
        raise ValueError(f"device {str(device)!r} can't be used here ({reason}); use 'cpu', or none") from error
