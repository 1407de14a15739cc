"""Films as a talk: outline → page, handout, deck. What pauses where somebody speaks, on paper, in an office program."""
