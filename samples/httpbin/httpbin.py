#!/usr/bin/env python3
"""httpbin: a mirror for HTTP clients. HTTPBIN_STYLE=scalar prints header values as strings (the older image), else as lists.

Arguments of gunicorn, which manifests of the older image give, are accepted: only the bound port matters.
"""
import os
import re
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from webapp import Reply, json_reply, serve  # noqa: E402

SCALAR = os.environ.get("HTTPBIN_STYLE") == "scalar"
TEAPOT = """
    -=[ teapot ]=-

       _...._
     .'  _ _ `.
    | ."` ^ `". _,
    \\_;`"---"`|//
      |       ;/
      \\_     _/
        `\"\"\"`
"""


def values(pairs):
    grouped = {}
    for name, value in pairs:
        key = "-".join(part.capitalize() for part in name.split("-"))
        grouped.setdefault(key, []).append(value)
    return {key: ",".join(found) if SCALAR else found for key, found in sorted(grouped.items())}


def url(request):
    return f"http://{request.headers.get('host', '')}{request.target}"


def origin(request):
    return (request.headers.get("x-forwarded-for") or request.peer).split(",")[0].strip()


def echo(request):
    answer = {
        "args": request.query if SCALAR else {k: [v] for k, v in request.query.items()},
        "headers": values(request.headers.items()), "method": request.method, "origin": origin(request), "url": url(request),
    }
    if request.method in ("POST", "PUT", "PATCH", "DELETE"):
        answer["data"] = request.body.decode("utf-8", "replace")
        if "x-www-form-urlencoded" in (request.headers.get("content-type") or ""):
            answer["form"] = request.form()
    return json_reply(answer)


def status(request):
    code = int(request.groups[0])
    if not 200 <= code <= 599:
        return Reply(400, "invalid status\n")
    return Reply(code, TEAPOT if code == 418 else "", headers={"location": "/redirect/1"} if 301 <= code <= 303 else None)


def delay(request):
    time.sleep(min(float(request.groups[0]), 10))
    return echo(request)


HTML = ("<!DOCTYPE html><html><head><title>httpbin</title></head><body><h1>Herman Melville - Moby-Dick</h1>"
        "<p>Availing himself of the mild, summer-cool weather that now reigned in these latitudes…</p></body></html>")


def port():
    for argument in sys.argv[1:]:
        found = re.fullmatch(r"(?:.*:)?(\d+)", argument)
        if found:
            return int(found[1])
    return int(os.environ.get("PORT", "80" if SCALAR else "8080"))


if __name__ == "__main__":
    serve("httpbin", port(), [
        ("GET", "/", lambda _: Reply(200, HTML, "text/html; charset=utf-8")),
        ("GET", "/html", lambda _: Reply(200, HTML, "text/html; charset=utf-8")),
        ("*", "/get|/post|/put|/patch|/delete|/anything(?:/.*)?", echo),
        ("GET", "/headers", lambda r: json_reply({"headers": values(r.headers.items())})),
        ("GET", "/ip", lambda r: json_reply({"origin": origin(r)})),
        ("GET", "/user-agent", lambda r: json_reply({"user-agent": r.headers.get("user-agent", "")})),
        ("GET", "/uuid", lambda _: json_reply({"uuid": str(uuid.uuid4())})),
        ("*", r"/status/(\d+)", status),
        ("*", r"/delay/(\d+(?:\.\d+)?)", delay),
        ("GET", r"/bytes/(\d+)", lambda r: Reply(200, os.urandom(min(int(r.groups[0]), 1 << 20)), "application/octet-stream")),
        ("GET", "/response-headers", lambda r: Reply(200, "{}", "application/json", r.query)),
    ])
