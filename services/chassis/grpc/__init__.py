"""The gRPC edge: one interceptor, its scopes, the server and the clients."""
