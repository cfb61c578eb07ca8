"""The whole system on one machine: PostgreSQL, nats-server and the services, from packages."""
