"""The embedded store: a private PostGIS cluster inside the data directory, reached through a unix socket only."""
