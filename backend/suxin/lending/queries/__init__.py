"""What is read in lending, by who reads it."""
