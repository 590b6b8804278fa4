"""Faults while mes counts what machines make."""
