"""The question bank as a library: items, file formats, papers, scores and statistics, with no web and no database."""
