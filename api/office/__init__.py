"""The office's morning: what is new and late, figures with their formulas, colours of compounds, kept views."""
