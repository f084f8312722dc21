#!/usr/bin/env python3
"""details: facts about a book. GET /details/{id}; v2 can ask an external book service (ENABLE_EXTERNAL_BOOK_SERVICE)."""
import json
import os
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from webapp import json_reply, serve  # noqa: E402

EXTERNAL = os.environ.get("ENABLE_EXTERNAL_BOOK_SERVICE") == "true"
SCHEME = "http" if os.environ.get("DO_NOT_ENCRYPT") == "true" else "https"
EXTERNAL_HOST = os.environ.get("EXTERNAL_BOOK_HOST", "www.googleapis.com")


def book(number):
    return {
        "id": number, "author": "William Shakespeare", "year": 1595, "type": "paperback", "pages": 200,
        "publisher": "PublisherA", "language": "English", "ISBN-10": "1234567890", "ISBN-13": "123-1234567890",
    }


def external_book(number, headers):
    isbn = "0486424618"
    request = urllib.request.Request(
        f"{SCHEME}://{EXTERNAL_HOST}/books/v1/volumes?q=isbn:{isbn}", headers=headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        volume = json.load(response)["items"][0]["volumeInfo"]
    identifiers = {entry["type"]: entry["identifier"] for entry in volume.get("industryIdentifiers", [])}
    return {
        "id": number, "author": volume["authors"][0], "year": volume["publishedDate"],
        "type": "paperback" if volume.get("printType") == "BOOK" else "unknown", "pages": volume.get("pageCount"),
        "publisher": volume.get("publisher"), "language": "English" if volume.get("language") == "en" else "unknown",
        "ISBN-10": identifiers.get("ISBN_10"), "ISBN-13": identifiers.get("ISBN_13"),
    }


def details(request):
    try:
        number = int(request.groups[0])
    except ValueError:
        return json_reply({"error": "please provide numeric product ID"}, 400)
    if not EXTERNAL:
        return json_reply(book(number))
    try:
        return json_reply(external_book(number, request.propagated()))
    except (OSError, ValueError, KeyError, IndexError) as error:
        return json_reply({"error": f"external book service: {error}"}, 500)


if __name__ == "__main__":
    serve("details", int(sys.argv[1]) if len(sys.argv) > 1 else 9080, [
        ("GET", "/health", lambda _: json_reply({"status": "Details is healthy"})),
        ("GET", "/details/([^/]*)", details),
    ])
