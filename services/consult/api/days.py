"""Days between requests, domain and replies."""

from datetime import date

from google.type import date_pb2


def day_of(stated: date_pb2.Date) -> date:
    """Return the day that a request states; what is in no calendar was refused at the edge."""
    return date(stated.year, stated.month, stated.day)


def day_message(day: date) -> date_pb2.Date:
    """Return a day as it is sent."""
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)
