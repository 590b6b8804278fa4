"""The embedded ERP: production orders and goods movement documents over HTTP.

Like most ERPs it has no unique key on our reference: a repeated post is a second document. Its
journal, in order of arrival, is what survives kill -9, and what tests judge by.
"""
