"""Takes the pictures of the docs anew: `python -m tests.screenshots`."""

import sys

import pytest

PICTURES = [
    f"tests/screenshots/{name}.py::test_take_the_pictures" for name in ("taking", "customers", "staff")
]
sys.exit(pytest.main(["-q", "-s", "--timeout=600", *PICTURES]))
