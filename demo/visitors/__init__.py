"""Who visits the page, what is kept for each of them, and how much of the machine one of them may take."""
