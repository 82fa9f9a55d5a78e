"""The parts of the page beside the painting itself."""
