"""The question bank at work: items in versions, two-person review, imports, exports, the candidate's preview."""
