"""What a merchant is given."""
