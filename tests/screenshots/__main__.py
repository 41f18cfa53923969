"""Takes the pictures of docs/desk.md anew: `python -m tests.screenshots`."""

import sys

import pytest

sys.exit(pytest.main(["-q", "-s", "--timeout=600", "tests/screenshots/taking.py::test_take_the_pictures"]))
