#!/usr/bin/env python3
"""productpage: the page of the bookshop. Asks details (3 s, one try) and reviews (3 s, two tries: a deliberate bug).

The user name of the session travels as header end-user, so that routes can match it.
"""
import base64
import collections
import html
import json
import os
import sys
import threading
from urllib.parse import quote, unquote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from webapp import Reply, call, json_reply, serve  # noqa: E402

DOMAIN = os.environ.get("SERVICES_DOMAIN")


def upstream(name):
    host = os.environ.get(f"{name.upper()}_HOSTNAME", name) + (f".{DOMAIN}" if DOMAIN else "")
    return host, int(os.environ.get(f"{name.upper()}_SERVICE_PORT", "9080"))


FLOOD = int(os.environ.get("FLOOD_FACTOR", "0"))
PRODUCT = {
    "id": 0, "title": "The Comedy of Errors",
    "descriptionHtml": "<a href=\"https://en.wikipedia.org/wiki/The_Comedy_of_Errors\">Wikipedia Summary</a>: The Comedy of Errors is one of "
                       "William Shakespeare's early plays. It is his shortest and one of his most farcical comedies, with a major part of the "
                       "humour coming from slapstick and mistaken identity, in addition to puns and word play.",
}
results = collections.Counter()
results_lock = threading.Lock()

# Served at /static/style.css, not inlined: the page names a star or its colour only where one is drawn.
STYLE = """
body{font-family:system-ui,sans-serif;margin:0;color:#1b1f27;background:#f6f7f9}
nav{background:#1d4ed8;color:#fff;padding:12px 32px;display:flex;justify-content:space-between;align-items:center}
nav a,nav button{color:#fff}nav form{display:inline}nav input{border:0;border-radius:6px;padding:6px}
nav button{background:#173fae;border:0;border-radius:6px;padding:6px 12px}
h3{text-align:center;color:#1d4ed8;font-size:28px;margin:28px 0 8px}.summary{max-width:820px;margin:0 auto 28px;padding:0 24px}
.columns{display:flex;gap:48px;max-width:980px;margin:0 auto;padding:0 24px}.columns>div{flex:1}
dt{font-weight:600;margin-top:6px}dd{margin:0}blockquote{border-left:3px solid #cbd2db;margin:12px 0;padding:4px 16px}
.glyphicon-star::before{content:"\\2605"}.glyphicon-star-empty::before{content:"\\2606"}.glyphicon{font-style:normal;font-size:20px}
.text-black-500{color:#000}.text-red-500{color:#e02424}.error{color:#b3202c}
"""


def user_of(request):
    session = request.cookie("session")
    try:
        return base64.urlsafe_b64decode(unquote(session)).decode() if session else None
    except ValueError:
        return None


def headers_for(request):
    headers = request.propagated()
    user = user_of(request)
    if user:
        headers["end-user"] = user
    return headers


def fetch(app, path, headers, tries=1):
    """(status, dict). On failure the dict has the sentence that the page shows."""
    status = 500
    for _ in range(tries):
        try:
            host, port = upstream(app)
            status, body = call(host, port, path, headers, 3.0)
            if status == 200:
                count(app, 200)
                return 200, json.loads(body)
        except (OSError, ValueError) as error:
            status = 500
            print(f"error: {app}{path}: {error}", flush=True)
    count(app, status)
    what = {"details": "product details", "reviews": "product reviews", "ratings": "product ratings"}[app]
    return status, {"error": f"Sorry, {what} are currently unavailable for this book."}


def count(app, status):
    with results_lock:
        results[app, status] += 1


def stars_html(rating):
    if "error" in rating:
        return f'<p class="error"><i>{html.escape(rating["error"])}</i></p>'
    stars = int(rating["stars"])
    color = html.escape(rating["color"])
    full = f'<span class="glyphicon glyphicon-star text-{color}-500"></span>' * stars
    empty = '<span class="glyphicon glyphicon-star-empty"></span>' * (5 - stars)
    return f'<p class="stars">{full}{empty}</p>'


def reviews_html(status, reviews):
    if status != 200:
        return f'<h4>Error fetching product reviews</h4><p class="error">{html.escape(reviews["error"])}</p>'
    rows = "".join(
        f'<blockquote><p>{html.escape(r["text"])}</p><small>— {html.escape(r["reviewer"])}</small>'
        f'{stars_html(r["rating"]) if r.get("rating") else ""}</blockquote>' for r in reviews["reviews"])
    return (f'<h4>Book Reviews</h4>{rows}<dl><dt>Reviews served by:</dt>'
            f'<dd><u>{html.escape(reviews.get("podname", ""))}</u></dd></dl>')


def details_html(status, details):
    if status != 200:
        return f'<h4>Error fetching product details</h4><p class="error">{html.escape(details["error"])}</p>'
    rows = (("Type", "type"), ("Pages", "pages"), ("Publisher", "publisher"), ("Language", "language"), ("Author", "author"),
            ("Year", "year"), ("ISBN-10", "ISBN-10"), ("ISBN-13", "ISBN-13"))
    return "<h4>Book Details</h4><dl>" + "".join(
        f"<dt>{label}:</dt><dd>{html.escape(str(details.get(key, '')))}</dd>" for label, key in rows) + "</dl>"


def page(title, body, user=None):
    login = (f'<span>{html.escape(user)} (<a href="/logout">sign out</a>)</span>' if user else
             '<form method="post" action="/login"><input name="username" placeholder="User name" aria-label="User name"> '
             '<input type="password" name="passwd" placeholder="Password" aria-label="Password"> <button>Sign in</button></form>')
    return Reply(200, f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="/static/style.css"></head>'
                      f'<body><nav><b>BookInfo Sample</b>{login}</nav>{body}</body></html>', "text/html; charset=utf-8")


def product_page(request):
    headers = headers_for(request)
    for _ in range(FLOOD):
        threading.Thread(target=fetch, args=("reviews", "/reviews/0", headers), daemon=True).start()
    details_status, details = fetch("details", "/details/0", headers)
    reviews_status, reviews = fetch("reviews", "/reviews/0", headers, tries=2)
    return page("Simple Bookstore App", f'<h3>{PRODUCT["title"]}</h3><p class="summary">Summary: {PRODUCT["descriptionHtml"]}</p>'
                f'<div class="columns"><div>{details_html(details_status, details)}</div>'
                f'<div>{reviews_html(reviews_status, reviews)}</div></div>', user_of(request))


def index(_):
    tree = "".join(f"<tr><td>{name}</td><td>{host}:{port}</td></tr>" for name, (host, port) in
                   ((n, upstream(n)) for n in ("details", "reviews", "ratings")))
    return page("Simple Bookstore App", '<h3>Hello! This is a simple bookstore application</h3><div class="summary">'
                f'<p>productpage calls:</p><table>{tree}</table>'
                '<p>Go to the <a href="/productpage?u=normal">page of a normal user</a> or of a '
                '<a href="/productpage?u=test">test user</a>.</p></div>')


def back(request):
    referer = request.headers.get("referer") or ""
    return referer if referer.startswith(("http://", "https://", "/")) else "/productpage"


def login(request):
    session = quote(base64.urlsafe_b64encode(request.form().get("username", "").encode()).decode())
    return Reply(302, headers={"location": back(request), "set-cookie": f"session={session}; Path=/; HttpOnly; SameSite=Lax"})


def logout(request):
    return Reply(302, headers={"location": back(request), "set-cookie": "session=; Path=/; Max-Age=0"})


def part(app, path):
    def handler(request):
        status, value = fetch(app, path.format(request.groups[0]), headers_for(request), 2 if app == "reviews" else 1)
        return json_reply(value, status)
    return handler


def product(request):
    status, value = fetch("details", f"/details/{request.groups[0]}", headers_for(request))
    return json_reply(value, status)


def metrics(_):
    with results_lock:
        rows = sorted(results.items())
    lines = ["# HELP request_result Results of requests", "# TYPE request_result counter"]
    lines += [f'request_result_total{{destination_app="{app}",response_code="{code}"}} {n}' for (app, code), n in rows]
    return Reply(200, "\n".join(lines) + "\n", "text/plain; version=0.0.4")


if __name__ == "__main__":
    serve("productpage", int(sys.argv[1]) if len(sys.argv) > 1 else 9080, [
        ("GET", "/|/index.html", index),
        ("GET", "/health", lambda _: Reply(200, "Product page is healthy")),
        ("GET", "/productpage", product_page),
        ("POST", "/login", login),
        ("GET", "/logout", logout),
        ("GET", "/api/v1/products", lambda _: json_reply([PRODUCT])),
        ("GET", r"/api/v1/products/(\d+)", product),
        ("GET", r"/api/v1/products/(\d+)/reviews", part("reviews", "/reviews/{}")),
        ("GET", r"/api/v1/products/(\d+)/ratings", part("ratings", "/ratings/{}")),
        ("GET", "/metrics", metrics),
        ("GET", "/static/.*", lambda _: Reply(200, STYLE, "text/css")),
    ])
