"""The living map: every layer of the city as vector tiles that are never older than the last commit."""
