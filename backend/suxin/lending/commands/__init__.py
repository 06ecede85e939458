"""What applicants and banks do in lending, one command per use case, by topic."""
