"""The suite mirrors the house: tests/geo, tests/api, tests/web, tests/docs, tests/bench."""
