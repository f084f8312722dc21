#!/usr/bin/env python3
"""ratings: the stars of each reviewer. GET /ratings/{id}, POST /ratings/{id} (kept in memory; v2 has a database: 501)."""
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from webapp import Reply, json_reply, serve  # noqa: E402

VERSION = os.environ.get("SERVICE_VERSION", "v1")
DEFAULT = {"Reviewer1": 5, "Reviewer2": 4}
stored = {}
started = time.monotonic()


def flips(seconds):
    """True in every second period of this length, for the variants that come and go."""
    return int((time.monotonic() - started) / seconds) % 2 == 1


def product(request):
    try:
        return int(request.groups[0])
    except ValueError:
        return None


def get(request):
    number = product(request)
    if number is None:
        return json_reply({"error": "please provide numeric product ID"}, 400)
    if VERSION == "v-faulty" and random.random() < 0.5:
        return json_reply({"error": "Service unavailable"}, 503)
    if VERSION == "v-delayed" and random.random() < 0.5:
        time.sleep(7)
    if VERSION == "v-unavailable" and flips(60) or VERSION == "v-unhealthy" and flips(900):
        return json_reply({"error": "Service unavailable"}, 503)
    return json_reply({"id": number, "ratings": stored.get(number, DEFAULT)})


def post(request):
    number = product(request)
    if number is None:
        return json_reply({"error": "please provide numeric product ID"}, 400)
    try:
        ratings = json.loads(request.body)
        if not isinstance(ratings, dict):
            raise ValueError
    except ValueError:
        return json_reply({"error": "please provide valid ratings JSON"}, 400)
    if VERSION == "v2":
        return json_reply({"error": "Post not implemented for database backed ratings"}, 501)
    stored[number] = ratings
    return json_reply({"id": number, "ratings": ratings})


def health(_):
    sick = VERSION == "v-unhealthy" and flips(900)
    return json_reply({"status": "Ratings is not healthy" if sick else "Ratings is healthy"}, 500 if sick else 200)


if __name__ == "__main__":
    serve("ratings", int(sys.argv[1]) if len(sys.argv) > 1 else 9080, [
        ("GET", "/health", health),
        ("GET", "/ratings/([^/]*)", get),
        ("POST", "/ratings/([^/]*)", post),
        ("GET", "/", lambda _: Reply(200, "ratings\n")),
    ])
