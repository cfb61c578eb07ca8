"""The microservice chassis: knows no service and no domain noun."""
