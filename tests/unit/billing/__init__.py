"""Billing's rules, without a server."""
