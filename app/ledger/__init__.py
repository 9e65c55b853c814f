"""Who did what, before and after, and why: append-only, in the same transaction as the deed."""
