"""Neural style transfer by optimisation (Gatys, Ecker and Bethge, 2015/2016)."""
