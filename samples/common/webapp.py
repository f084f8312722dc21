"""A few lines on top of http.server that all sample services share: routing, JSON, header propagation, access lines.

Standard library only, HTTP/1.1 with keep-alive. Each service lists its routes; a handler takes a Request and returns a Reply.
"""
import http.client
import json
import re
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# What a service must copy from its caller to what it calls, so that traces join and user rules match further down.
PROPAGATED = (
    "x-request-id", "x-ot-span-context", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority",
    "traceparent", "tracestate", "x-cloud-trace-context", "grpc-trace-bin", "x-b3-traceid", "x-b3-spanid",
    "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "sw8", "end-user", "user-agent", "cookie", "authorization", "jwt",
)


class Request:
    def __init__(self, handler, match):
        parts = urlsplit(handler.path)
        self.method, self.path, self.target = handler.command, parts.path, handler.path
        self.query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        self.headers = handler.headers
        self.peer = handler.client_address[0]
        self.groups = match.groups()
        self.body = handler.body

    def form(self):
        return {k: v[-1] for k, v in parse_qs(self.body.decode("utf-8", "replace")).items()}

    def propagated(self):
        return {name: self.headers[name] for name in PROPAGATED if self.headers.get(name) is not None}

    def cookie(self, name):
        for part in (self.headers.get("cookie") or "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return None


class Reply:
    def __init__(self, status=200, body=b"", content_type="text/plain; charset=utf-8", headers=None):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = {"content-type": content_type, **(headers or {})}


def json_reply(value, status=200):
    return Reply(status, json.dumps(value), "application/json")


def call(host, port, path, headers, timeout, method="GET"):
    """One request on a connection of its own, as the original applications do. Returns (status, bytes); raises OSError."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, headers={**headers, "connection": "close"})
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def serve(name, port, routes, log=True):
    """Runs until SIGTERM. `routes`: list of (method, regular expression for the whole path, handler)."""
    compiled = [(method, re.compile(pattern), handler) for method, pattern, handler in routes]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = name
        timeout = 75

        def dispatch(self):
            self.body = self.read_body()
            path = urlsplit(self.path).path
            known = False
            for method, pattern, handler in compiled:
                match = pattern.fullmatch(path)
                known = known or bool(match)
                if match and method in (self.command, "*") or match and self.command == "HEAD" and method == "GET":
                    return self.answer(handler(Request(self, match)))
            return self.answer(Reply(405 if known else 404, "method not allowed\n" if known else "not found\n"))

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = dispatch

        def read_body(self):
            if "chunked" in (self.headers.get("transfer-encoding") or "").lower():
                parts = []
                while True:
                    size = int(self.rfile.readline().split(b";")[0], 16)
                    chunk = self.rfile.read(size)
                    self.rfile.readline()
                    if size == 0:
                        return b"".join(parts)
                    parts.append(chunk)
            return self.rfile.read(int(self.headers.get("content-length") or 0))

        def answer(self, reply):
            try:
                self.send_response(reply.status)
                for key, value in reply.headers.items():
                    self.send_header(key, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)
            except OSError:
                self.close_connection = True  # the caller went away

        def log_request(self, code="-", size="-"):
            if log:
                print(f"{self.command} {self.path} {getattr(code, 'value', code)}", flush=True)

        def log_message(self, format, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256
        address_family = socket.AF_INET

        def handle_error(self, request, client_address):
            if not isinstance(sys.exc_info()[1], OSError):
                super().handle_error(request, client_address)

    Handler.wbufsize = -1  # head and body in one packet
    server = Server(("0.0.0.0", port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    signal.signal(signal.SIGINT, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    print(f"{name} listens on 0.0.0.0:{port}", flush=True)
    server.serve_forever(poll_interval=0.2)
