"""A launch file and the files it names, as a launch with its sources."""
