"""Neural style transfer by optimisation (Gatys, Ecker and Bethge, 2015/2016)."""

__version__ = "0.1.0"
