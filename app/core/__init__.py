"""What every room stands on: clock, database, facts in two times, errors, permissions, forms, http, lease."""
