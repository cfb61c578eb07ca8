"""Billing: what a plan costs, what was paid, what has been earned."""
