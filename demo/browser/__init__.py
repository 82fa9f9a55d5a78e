"""What a browser gets: HTML, plots, toasts, scripts and styles."""
