"""Makes believable places from a seed: the sample subdistrict, benchmark cities, compounds for tests."""

from geo.synthesis.files import read_sample, write_sample
from geo.synthesis.sample import sample

__all__ = ["read_sample", "sample", "write_sample"]
