"""The reading path: from declared types and selected fields to few statements in one snapshot."""
