"""How fast training and builds are, as ratios to something in the same run."""
