"""The version, for the package's metadata and what is written into pictures."""

__version__ = "0.1.0"
