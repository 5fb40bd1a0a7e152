"""Where a patrol went: fixes cleaned into a track, what it passed, what looks wrong about it, GPX in and out."""
