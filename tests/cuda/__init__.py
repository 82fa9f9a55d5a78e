"""A check for whoever has a graphics card: `python -m tests.cuda`."""
