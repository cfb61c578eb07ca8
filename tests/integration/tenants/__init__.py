"""No chain may see another, and nobody of one clinic another clinic: every rpc, generated."""
