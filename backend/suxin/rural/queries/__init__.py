"""What is read of rural ratings, by who reads it."""
