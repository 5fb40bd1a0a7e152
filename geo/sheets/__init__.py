"""Sheets that leave the house: maps that open without a network, and booklets for the printer."""
