"""What is minimised: the losses as functions, the terms made of them, and their sum over a whole picture or its blocks."""
