"""Documents that are too long: their sections, and what is cut of them. Pure."""
