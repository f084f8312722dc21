#!/usr/bin/env python3
"""`varka --screenshot` renders every view of the running sample in both themes and sizes."""
import os
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

from harness import ROOT, VARKA

VIEWS = ("graph", "services", "traffic", "logs", "config", "routes", "security")


def png_rows(path):
    """(width, height, bytes per pixel, unfiltered rows) of an 8-bit PNG, enough to see whether something was drawn."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    width, height, depth, kind = struct.unpack("!IIBB", data[16:26])
    assert depth == 8
    position, packed = 8, b""
    while position < len(data):
        length, tag = struct.unpack("!I4s", data[position:position + 8])
        if tag == b"IDAT":
            packed += data[position + 8:position + 8 + length]
        position += 12 + length
    return width, height, {2: 3, 6: 4, 0: 1}[kind], zlib.decompress(packed)


class Screenshots(unittest.TestCase):
    def test_every_view_in_both_themes(self):
        with tempfile.TemporaryDirectory(prefix="vk-") as folder:
            (Path(folder) / "run").mkdir(mode=0o700)
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": f"{folder}/state",
                           "XDG_RUNTIME_DIR": f"{folder}/run"}
            sizes = {"1600x1000": ("light", "dark"), "1280x800": ("light", "dark")}
            for size, themes in sizes.items():
                for theme in themes:
                    result = subprocess.run([VARKA, "open", "sample:bookinfo", "--screenshot", f"{folder}/%v-{size}-{theme}.png",
                                             "--view", ",".join(VIEWS), "--size", size, "--theme", theme], env=environment,
                                            capture_output=True, text=True, timeout=120)
                    self.assertEqual(0, result.returncode, result.stderr[-2000:])
                    for view in VIEWS:
                        width, height, _, pixels = png_rows(Path(folder) / f"{view}-{size}-{theme}.png")
                        self.assertEqual(size, f"{width}x{height}")
                        self.assertGreater(len(set(pixels[::997])), 8, f"{view} {theme}: something is drawn")


if __name__ == "__main__":
    unittest.main(verbosity=2)
