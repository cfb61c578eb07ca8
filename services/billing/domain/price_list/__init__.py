"""The aggregate `price_list`."""
