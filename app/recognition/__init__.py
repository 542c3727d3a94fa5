"""What machines read from pages, always as a proposal with the place where it stands."""
