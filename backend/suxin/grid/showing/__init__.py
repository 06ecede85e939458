"""What a resident is shown of points."""
