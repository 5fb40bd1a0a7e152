"""Draws micro-grids that obey the household rule, and proves how good they are."""
