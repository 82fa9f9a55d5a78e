"""Run by hand: `python -m tests.benchmarks` prints the table of all, `python -m tests.benchmarks.NAME` the others.

They print ratios taken in one run and assert nothing.
"""
