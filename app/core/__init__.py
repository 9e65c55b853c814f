"""What every room stands on: the clock, the database, facts in two times, errors, permissions, forms, http, the lease."""
