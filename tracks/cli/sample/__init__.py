"""A sample municipality to try the product with: real in size, plainly a sample in every name."""

from tracks.cli.sample.people import SampleSchool, sample_schools
from tracks.cli.sample.seed import seed
from tracks.cli.sample.world import demo_world, doors, sample_track

__all__ = ["SampleSchool", "demo_world", "doors", "sample_schools", "sample_track", "seed"]
