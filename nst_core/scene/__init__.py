"""What goes in: photo, paintings and masks as tensors of the size of a scale, and their colours."""
