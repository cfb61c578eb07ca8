"""gRPC in: one module per proto service."""
