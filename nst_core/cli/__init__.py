"""The command line: what is typed, what is done for it, and what is told."""
