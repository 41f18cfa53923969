"""The wires of Holdfast: settings, addresses and processes."""
