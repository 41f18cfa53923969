"""Finds a Chromium that starts; a command of that name may be no more than a hint to install one."""

import shutil
import subprocess

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def installed() -> str | None:
    """The path of the first one that can say its version, as the set-up of the tests asks it."""
    paths = filter(None, map(shutil.which, NAMES))
    return next((path for path in paths if _starts(path)), None)


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
