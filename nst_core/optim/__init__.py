"""What moves the pixels, and how its work is replayed on a graphics card."""
