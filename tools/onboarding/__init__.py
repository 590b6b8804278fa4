"""A plant is data: a folder under charts/plants, written from a skeleton and checked as a whole."""
