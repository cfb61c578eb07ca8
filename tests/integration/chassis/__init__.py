"""Tests of the chassis on real servers, with the aggregates of consult."""
