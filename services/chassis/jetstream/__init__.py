"""The broker's edge: streams, relay, durable consumers."""
