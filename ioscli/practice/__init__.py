"""Somebody practises: an exercise at the console, marked, and remembered."""
