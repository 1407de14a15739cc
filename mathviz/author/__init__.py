"""What authors begin with, and what must hold before a film is done."""
