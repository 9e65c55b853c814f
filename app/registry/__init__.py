"""Agencies, units, grids, people, employment, postings, powers and sanctions: the facts everything else rests on."""
