"""Where on earth: datums, projections, metric zones."""
