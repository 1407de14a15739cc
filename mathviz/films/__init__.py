"""What a film is made of: its script, its trace, and the catalogue that they form."""
