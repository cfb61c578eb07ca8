"""Cocktails as a calculation: held against rules and proposed. No aggregate: nothing is kept."""
