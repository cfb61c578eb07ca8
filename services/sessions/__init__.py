"""Sessions: lots, courses, bookings, the start gate, the checklist, outcomes, reactions."""
