"""What the image is made of, each file by its hash: `python -m tests.lock > demo/hosting/requirements.lock`.

By uv (https://docs.astral.sh/uv), from the package index, of the versions in constraints.txt. PyTorch, and what only
its build for graphics cards needs, is left out: of its build for processors the package index knows nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from tests.constraints import requirements
from tests.support.paths import ROOT

HEAD = """\
# The image's packages but PyTorch: pip install --no-deps --require-hashes -r demo/hosting/requirements.lock
# Written by: python -m tests.lock > demo/hosting/requirements.lock
"""
PYTHON, PLATFORM = "3.12", "x86_64-manylinux_2_28"  # those of demo/hosting/Dockerfile
ONLY_THERE = ("redis",)  # by which several servers count together
PYTORCH = ("torch", "torchvision", "triton")
OF_CARDS = ("cuda-", "nvidia-")


def main() -> int:
    """The exit status."""
    uv = shutil.which("uv")
    if uv is None:
        sys.stderr.write("there is no uv: https://docs.astral.sh/uv/getting-started/installation\n")
        return 2
    left_out = [each for name in (*PYTORCH, *_of_cards()) for each in ("--no-emit-package", name)]
    run = subprocess.run(
        [
            *(uv, "pip", "compile", "-", "-c", str(ROOT / "constraints.txt"), "--generate-hashes"),
            *("--python-version", PYTHON, "--python-platform", PLATFORM),
            *("--no-header", "--no-annotate", "--quiet", *left_out),
        ],
        input="".join(f"{each}\n" for each in (*requirements(), *ONLY_THERE)),
        text=True,
        stdout=subprocess.PIPE,
    )
    if not run.returncode:
        sys.stdout.write(HEAD + run.stdout)
    return run.returncode


def _of_cards() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return [line.split("==")[0] for line in lines if line.startswith(OF_CARDS)]


if __name__ == "__main__":
    sys.exit(main())
