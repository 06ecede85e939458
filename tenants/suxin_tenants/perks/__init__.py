"""信易+ at the desks of merchants and attractions, and its approval at the operator's."""
