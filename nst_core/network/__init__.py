"""VGG-19: its layers, its weights, and what it computes with."""
