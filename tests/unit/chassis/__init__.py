"""Tests of the chassis against nothing but itself."""
