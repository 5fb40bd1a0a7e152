"""Plans: dated divisions of a community into micro-grids."""
