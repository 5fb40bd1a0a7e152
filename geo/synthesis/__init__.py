"""Makes believable places from a seed: the sample subdistrict, benchmark cities, compounds for tests."""
