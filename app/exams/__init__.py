"""Exams: specifications, papers, sittings, answers, results."""
