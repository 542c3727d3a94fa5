"""What others made: the notice and the texts it needs."""
