"""Run by hand: `python -m tests.benchmarks.NAME --help`. They print ratios taken in one run and assert nothing."""
