"""The web page: it shows what `nst_core` computes, wherever a runner computes it."""
