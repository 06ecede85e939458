"""What a resident is shown of his village's shop."""
