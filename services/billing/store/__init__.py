"""Billing's tables, and what is read of its fact rows."""
