"""What is minimised: losses as functions, the terms made of them, and their sum over a picture or its blocks.

A style statistic is a file in `statistics` and a line in `nst_core.config.StyleLoss`.
"""
