"""What the city's operator is given."""
