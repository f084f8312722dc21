#!/usr/bin/env python3
"""helloworld: says which version and which instance answered."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from webapp import Reply, serve  # noqa: E402

VERSION = os.environ.get("SERVICE_VERSION", "v1")
INSTANCE = os.environ.get("HOSTNAME", "unknown")

if __name__ == "__main__":
    serve("helloworld", int(sys.argv[1]) if len(sys.argv) > 1 else 5000, [
        ("GET", "/hello", lambda _: Reply(200, f"Hello version: {VERSION}, instance: {INSTANCE}\n")),
        ("GET", "/health", lambda _: Reply(200, "Helloworld is healthy")),
    ])
