"""Where to compute: which device, how much memory it has, what is known of it, and what comes back from it."""
