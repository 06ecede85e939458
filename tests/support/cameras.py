"""A browser with a camera that sees one picture: the browser's own stand-in for a camera plays a film of one frame."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chromium import started_chromium
from playwright.async_api import Browser, Page

WIDTH, HEIGHT = 640, 480
_GREY = bytes([128]) * (WIDTH * HEIGHT // 4)
_SEEN = f"""
async (png) => {{
  const picture = new Image();
  picture.src = `data:image/png;base64,${{png}}`;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), {{ width: {WIDTH}, height: {HEIGHT} }});
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, {WIDTH}, {HEIGHT});
  const scale = Math.min({WIDTH - 80} / picture.width, {HEIGHT - 80} / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  pen.drawImage(picture, ({WIDTH} - width) / 2, ({HEIGHT} - height) / 2, width, height);
  const {{ data }} = pen.getImageData(0, 0, {WIDTH}, {HEIGHT});
  let light = "";
  for (let at = 0; at < data.length; at += 4) light += String.fromCharCode((data[at] + data[at + 1] + data[at + 2]) / 3);
  return btoa(light);
}}
"""


async def film_of(page: Page, png: bytes) -> bytes:
    """Return what a camera that is held before a picture films (YUV4MPEG2): the picture in the middle of a white sheet; ``page`` draws it."""
    light = base64.b64decode(await page.evaluate(_SEEN, base64.b64encode(png).decode()))
    heading = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    return heading + b"FRAME\n" + light + _GREY + _GREY


@asynccontextmanager
async def browser_that_sees(film: Path) -> AsyncIterator[Browser]:
    """Run a browser whose camera films this, and whose user lets pages use it."""
    async with started_chromium(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ) as started:
        yield started
