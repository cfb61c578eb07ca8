"""The aggregate `invoice`."""
