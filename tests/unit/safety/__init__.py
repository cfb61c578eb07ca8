"""Unit tests of safety."""
