"""What the places that show films ask for beside a film: chapters, captions, words → kit. Nothing is uploaded."""
