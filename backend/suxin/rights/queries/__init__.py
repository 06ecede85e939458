"""What a subject reads of what is held about it, and its correction requests, also as the credit office reads them."""
