"""Takes the pictures of docs/desk.md and docs/pages.md anew: `python -m tests.screenshots`."""

import sys

import pytest

PICTURES = [f"tests/screenshots/{name}.py::test_take_the_pictures" for name in ("taking", "customers")]
sys.exit(pytest.main(["-q", "-s", "--timeout=600", *PICTURES]))
