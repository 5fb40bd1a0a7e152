"""From ground to micro-grids on the map in one go: cells, neighbours, partition, polygons; as a file and as a job."""
