"""The tests of pages open a Chromium that starts, and no stub of one."""

from tests import chromium


def test_a_stub_that_does_not_start_is_passed_over(tmp_path, monkeypatch):
    for name, said in (("chromium", "exit 1"), ("google-chrome", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{said}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert chromium.installed() == str(tmp_path / "google-chrome")
    (tmp_path / "google-chrome").unlink()
    assert chromium.installed() is None
