"""What other programs can ask of the page."""
