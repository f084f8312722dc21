#!/usr/bin/env python3
"""reviews: two texts and, when ENABLE_RATINGS is true, the stars of ratings in STAR_COLOR.

The limit on the call to ratings differs by colour (10 s black, 2.5 s red): the fault injection tutorial lives on that bug.
"""
import json
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from webapp import call, json_reply, serve  # noqa: E402

RATINGS = os.environ.get("ENABLE_RATINGS", "false") == "true"
COLOR = os.environ.get("STAR_COLOR", "black")
DOMAIN = os.environ.get("SERVICES_DOMAIN")
HOST = os.environ.get("RATINGS_HOSTNAME", "ratings") + (f".{DOMAIN}" if DOMAIN else "")
PORT = int(os.environ.get("RATINGS_SERVICE_PORT", "9080"))
LIMIT = 10.0 if COLOR == "black" else 2.5
TEXTS = (
    "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!",
    "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.",
)


def ratings_of(number, headers):
    """{'Reviewer1': 5, …}, or None when ratings cannot be had in time."""
    try:
        status, body = call(HOST, PORT, f"/ratings/{number}", headers, LIMIT)
        return json.loads(body)["ratings"] if status == 200 else None
    except (OSError, ValueError, KeyError) as error:
        print(f"error: ratings at {HOST}:{PORT}: {error}", flush=True)
        return None


def review(reviewer, text, ratings):
    entry = {"reviewer": reviewer, "text": text}
    if RATINGS:
        stars = (ratings or {}).get(reviewer)
        entry["rating"] = {"stars": stars, "color": COLOR} if stars is not None else {
            "error": "Ratings service is currently unavailable"}
    return entry


def reviews(request):
    try:
        number = int(request.groups[0])
    except ValueError:
        return json_reply({"error": "please provide numeric product ID"}, 400)
    ratings = ratings_of(number, request.propagated()) if RATINGS else None
    return json_reply({
        "id": str(number), "podname": os.environ.get("HOSTNAME") or socket.gethostname(),
        "clustername": os.environ.get("CLUSTER_NAME", "null"),
        "reviews": [review(f"Reviewer{i + 1}", text, ratings) for i, text in enumerate(TEXTS)],
    })


if __name__ == "__main__":
    serve("reviews", int(sys.argv[1]) if len(sys.argv) > 1 else 9080, [
        ("GET", "/health", lambda _: json_reply({"status": "Reviews is healthy"})),
        ("GET", "/reviews/([^/]*)", reviews),
    ])
