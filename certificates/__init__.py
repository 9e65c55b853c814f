"""Certificates on paper that a stranger can check: the page, the seal, and the judgement of a file.

A pure library: no web framework, no database. `python -m certificates verify FILE.pdf --root CA.pem` judges a file
without the site that issued it.
"""
