"""How Mesoflow is run; nothing under `services` may import from here."""
