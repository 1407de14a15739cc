"""A voice that speaks a film's captions: what is to be said, the recordings of it, and their sound in the film."""
