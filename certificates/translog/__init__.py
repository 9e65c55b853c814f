"""A transparency log: a Merkle tree over hashed entries, signed checkpoints, and proofs that a stranger can check.

The tree holds hashes only. RFC 9162 part 2.1 (hashing as RFC 6962), C2SP signed-note and tlog-checkpoint, RFC 8785.
"""
