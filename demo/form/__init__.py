"""What a visitor chooses: pictures and settings, from the widgets to a job and back."""
