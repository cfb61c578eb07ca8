"""Patients treated through gRPC alone, as an outside client would: `make demo`."""
