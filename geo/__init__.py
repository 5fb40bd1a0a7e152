"""The geometry of service grids: values in, values out; knows no web and no SQL."""
