"""Pages at three widths, light and dark, as pictures with a page of docs/ that shows them all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings as project
from playwright.sync_api import Page

DOCS = Path(project.BASE_DIR, "docs")
SHAPES = {320: 640, 768: 1024, 1280: 900}  # width and height in CSS pixels
QUALITY = 55


def take(page: Page, origin: str, paths: Mapping[str, str], album: str, head: str) -> None:
    """Write docs/<album>.md and docs/images/<album>/<name>-<width>-<scheme>.jpg for each named path."""
    folder = DOCS / "images" / album
    folder.mkdir(parents=True, exist_ok=True)
    told = [head]
    for name, path in paths.items():
        told.append(f"## {name.capitalize()}\n")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width, height in SHAPES.items():
                page.set_viewport_size({"width": width, "height": height})
                page.goto(origin + path)
                file = folder / f"{name.replace(' ', '-')}-{width}-{scheme}.jpg"
                page.screenshot(path=file, type="jpeg", quality=QUALITY)
                told.append(f"![{name}, {width} px, {scheme}](images/{album}/{file.name})")
        told.append("")
    (DOCS / f"{album}.md").write_text("\n".join(told).rstrip() + "\n")
