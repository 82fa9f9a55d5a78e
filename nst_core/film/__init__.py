"""The making-of as a moving picture."""
