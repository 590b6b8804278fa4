"""Tryton 8.2 as a peer: an ERP of another make (GPL-3), beside us as a process of its own.

Its packages live in an environment of their own and are never imported; `scripts` run there.
"""
