"""The places of a city: where they lie, who lives how many to a door, and how to find them."""
