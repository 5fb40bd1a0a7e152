"""Issues: what is reported, from the report to the survey, on the map of the grids."""
