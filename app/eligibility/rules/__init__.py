"""The rules of the catalogue, one small function each, grouped by subject; `table` lists them all."""
