"""Reads and writes the files of planners, surveyors and property firms."""
