"""Qualifications, certificates and their lives, the sealed documents, and the public check."""
