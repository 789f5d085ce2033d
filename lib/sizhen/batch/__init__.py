"""Shops × notebooks: one process per shop, published whole or not at all. `runner.run` is the way in."""
