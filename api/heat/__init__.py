"""Heat maps: every issue as a row of numbers in memory, in Morton order, never older than the last commit."""
