"""Who may sign in, what role they hold, and over which part of the organisation; and the mail that leaves the site."""
