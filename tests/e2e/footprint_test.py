#!/usr/bin/env python3
"""The size of an idle mesh, and that it is up at once. Memory is read from /proc; nothing is measured under other load."""
import time
import unittest
from pathlib import Path

from harness import Mesh


def rss_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Footprint(unittest.TestCase):
    def test_bookinfo_is_ready_soon_and_small(self):
        started = time.monotonic()
        with Mesh() as mesh:
            took = time.monotonic() - started
            pods = mesh.pods()
            proxies = {p["name"]: rss_mib(p["proxyPid"]) for p in pods}
            engine = rss_mib(mesh.process.pid)
            print(f"ready in {took:.2f} s; engine {engine:.1f} MiB; proxies {max(proxies.values()):.1f} MiB at most")
            self.assertLess(max(proxies.values()), 12, proxies)
            self.assertLess(engine, 120)
            self.assertEqual(7, len([p for p in pods if p["state"] == "ready"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
