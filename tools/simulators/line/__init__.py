"""A production line that reports as a manual terminal does, and counts for itself.

Its own file is what a recount judges by: a report is in it, on disk, before anybody is told.
"""
