"""Which micro-grid each of very many points lies in."""
