"""Billing on real servers, its neighbours in the test's hand: order and repetition of events."""
