"""Where it hurts: cells, bins, kernels, rates, hot spots that are no chance, and what may be shown to whom."""
