"""Open311 GeoReport v2: the world's usual door for reports, onto our issues."""
