"""The bytes of every event as they were first published, and what makes them.

`python -m tests.contract.golden` writes the files that are missing and none that is there: an
event's old bytes stand in journals for ever. Before release 0.1 a changed event's file may be
removed and made anew, with a line in the changelog; after it never.
"""
