"""From a click to what is seen: handlers, a visitor's run, and what becomes of it."""
