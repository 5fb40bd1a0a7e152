"""Buildings in, micro-grids out: the GeoPackage of ``./minqing partition`` (docs/partition-file.md)."""
