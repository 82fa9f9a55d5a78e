"""`python -m tests` is the whole check."""
