"""What runs a reader's answer, compares it, and says what was found."""
