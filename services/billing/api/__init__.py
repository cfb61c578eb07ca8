"""gRPC in: one module per aggregate."""
