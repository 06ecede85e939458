"""What a village with its grids is given."""
