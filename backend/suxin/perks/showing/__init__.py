"""What is shown of programmes and redemptions: to residents on their phones, and to the people at a counter."""
