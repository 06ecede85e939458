"""What a bank is given."""
