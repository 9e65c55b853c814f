"""Switchboard of the sealing process: every sweep that needs a private key, with its interval.

The only process of a running site that opens private keys; it holds a lease of its own, so of several one works. The
web asks for signed things by rows in the database, and shows what is signed.
"""

from app.credentials import jobs as credentials
from app.eligibility import jobs as eligibility
from app.scheduler import Job

LEASE = "sealer"

# (name, what it does: returns how many things it finished, every so many seconds)
JOBS: list[Job] = [
    ("keys", credentials.keep_keys, 5),
    ("seal", credentials.seal_issued, 3),
    ("status-lists", credentials.issue_statuses, 5),
    ("papers", credentials.seal_papers, 3),
    ("attestations", eligibility.seal_attestations, 3),
    ("checkpoints", credentials.publish_log, 300),
    ("log-stamp", credentials.stamp_log, 600),
]
