#!/usr/bin/python3
"""Answers GET with "<hostname> at <local address> from <peer>"; /bad with 503."""
import http.server, os, socket

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        local = self.connection.getsockname()[0]
        body = f"{socket.gethostname()} at {local} from {self.client_address[0]}".encode()
        self.send_response(503 if self.path == "/bad" else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "9080"))), Handler).serve_forever()
