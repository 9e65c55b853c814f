"""Keeping the site running: start, migrate, health, backup."""
