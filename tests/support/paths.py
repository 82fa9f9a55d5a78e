"""Where things lie in the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CACHE_OF_TESTS = "NST_CACHE_OF_TESTS"  # in the environment: what NST_CACHE is to be in tests that tests start
