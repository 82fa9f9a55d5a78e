"""Loops that are compiled for this processor."""
