"""Keeps the documentation walkable: a link to a file that is not there is a broken promise."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\bsrc=\"([^\"]+)\"")
HIDDEN = re.compile(r"/(\.venv|\.holdfast[^/]*|node_modules|\.[a-z_]+_cache)/")


def documents() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.md") if not HIDDEN.search(str(path)))


def anchors(path: Path) -> set[str]:
    """The anchors GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document):
    broken = []
    for target in (link or image for link, image in LINK.findall(document.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        aim = (document.parent / name).resolve() if name else document
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in anchors(aim)):
            broken.append(target)
    assert not broken
