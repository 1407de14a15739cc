"""How a trace looks: objects that appear in many films, each with one look. No torch, no numbers of their own."""
