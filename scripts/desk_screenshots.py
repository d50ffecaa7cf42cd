"""Draw docs/desk/*.png: the desk with the specimen drafts, as an editor meets them. `make screenshots` runs it.

It runs the program itself in a folder of its own: `panel compare` with scripted critics, then `panel desk`, and looks
at it through Chromium. Nothing is fetched from elsewhere and no key is needed.
"""

import base64
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SPECIMEN = ROOT / "examples" / "specimen"
LARK, FERN = "larkspindle-2-0", "oddfern-1-4"
PANEL = [sys.executable, "-m", "panel"]
MOST_BYTES = 150_000
MENDED = "The maker counts 61 percent of the defects found, an outside test counts 38."
PIXELS = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let at = 0; at < data.length; at += 30000) text += String.fromCharCode(...data.subarray(at, at + 30000));
  return [image.width, image.height, btoa(text)];
}"""


def main() -> None:
    from playwright.sync_api import sync_playwright

    out = ROOT / "docs" / "desk"
    out.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, desk_in(Path(folder)) as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        reader = browser.new_page()
        page.goto(link)
        for name in tour(page, link.partition("/enter/")[0]):
            small = in_palette(reader, page.screenshot())
            (out / f"{name}.png").write_bytes(small)
            print(f"docs/desk/{name}.png", f"{len(small):,} bytes")
            if len(small) > MOST_BYTES:
                raise SystemExit(f"{name} is larger than {MOST_BYTES:,} bytes")
        browser.close()


@contextmanager
def desk_in(folder: Path) -> Iterator[str]:
    """The specimen pair reviewed in this folder, and the one-time link of a desk that serves it."""
    (folder / "panel.toml").write_text('editor = "Mara Lind"\n', encoding="utf-8")
    pair = [str(SPECIMEN / f"{name}.yaml") for name in ("larkspindle", "oddfern")]
    answers = f"scripted/{SPECIMEN / 'answers.yaml'}"
    subprocess.run([*PANEL, "compare", *pair, "--model", answers, "--yes"], cwd=folder, check=True, capture_output=True)
    serving = subprocess.Popen(
        [*PANEL, "desk", "--port", "0", "--no-browser"], cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert serving.stdout
    try:
        yield serving.stdout.readline().strip()
    finally:
        serving.terminate()
        serving.wait()
        serving.stdout.close()


def tour(page: Any, origin: str) -> Iterator[str]:
    """Go from page to page; give a picture's name whenever there is something to see."""
    yield "queue"
    page.goto(f"{origin}/drafts/{LARK}")
    yield "draft"
    with one_less(page):
        page.keyboard.press("a")
    with one_less(page):
        page.keyboard.press("m")
    page.goto(f"{origin}/drafts/{LARK}?at={LARK}/competitor-skeptic:2")
    page.keyboard.press("e")
    page.locator(".stop:visible .edit textarea").first.fill(MENDED)
    with one_less(page):
        page.keyboard.press("Control+Enter")
    page.goto(f"{origin}/drafts/{LARK}/history")
    yield "diff"
    page.goto(f"{origin}/drafts/{LARK}-vs-{FERN}")
    yield "comparison"


@contextmanager
def one_less(page: Any) -> Iterator[None]:
    """Do what decides of an item, and wait until it is decided. Keys that decide rest while a sentence comes up."""
    left = page.locator(".item.is-left").count()
    page.wait_for_timeout(400)
    yield
    page.wait_for_function("left => document.querySelectorAll('.item.is-left').length === left", arg=left - 1)


def in_palette(reader: Any, png: bytes) -> bytes:
    """The picture in its 256 commonest colours: a third of the size of what a browser writes, and no eye sees it.

    reader: a page that unpacks the picture.
    """
    width, height, data = reader.evaluate(PIXELS, base64.b64encode(png).decode())
    data = base64.b64decode(data)
    pixels = [data[at : at + 3] for at in range(0, len(data), 4)]
    counts = Counter(pixels)
    kept = [colour for colour, _ in counts.most_common(256)]
    place = {colour: min(range(len(kept)), key=lambda n: distance(colour, kept[n])) for colour in counts}
    rows = (bytes(place[pixel] for pixel in pixels[at : at + width]) for at in range(0, width * height, width))
    lines = b"".join(b"\0" + row for row in rows)  # each row begins with its filter: none
    return b"".join((
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        chunk(b"PLTE", b"".join(kept)), chunk(b"IDAT", zlib.compress(lines, 9)),
        chunk(b"IEND", b""),
    ))  # fmt: skip


def distance(one: bytes, other: bytes) -> int:
    """How far two colours are apart."""
    return sum(abs(x - y) for x, y in zip(one, other, strict=True))


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file. Source: PNG specification, third edition, section 5.3."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    main()
