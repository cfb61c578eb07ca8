"""gRPC in: one module per aggregate, and the question at the needle."""
