"""What an attraction is given."""
