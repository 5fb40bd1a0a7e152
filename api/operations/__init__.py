"""Everything that keeps a running house: its data directory, its processes, its backups, its check-up."""
