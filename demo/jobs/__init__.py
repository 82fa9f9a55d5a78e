"""Where pictures are painted, and the records that come back."""
