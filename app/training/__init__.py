"""Training: programmes, annual plans, classes, attendance, hours and reminders."""
