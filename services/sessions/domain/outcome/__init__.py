"""The aggregate `outcome`."""
