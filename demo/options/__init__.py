"""What whoever runs the server decides: a table of options, and what is read for them."""
