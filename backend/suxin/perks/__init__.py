"""Benefits for whoever keeps faith (信易+): what merchants and attractions give, and the orders that come of it."""
