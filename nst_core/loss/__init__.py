"""What is minimised: losses as functions, the terms made of them, and their sum over a picture or its blocks."""
