"""VGG-19's layers and Gram matrices by loops that are compiled for this processor."""
