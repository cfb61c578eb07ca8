"""Everything that speaks SQL for all services: documents, journal, feed, inbox."""
