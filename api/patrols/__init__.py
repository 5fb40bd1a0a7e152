"""Patrols: rounds with their tracks, checklists, visits to households, and which homes they have reached."""
