"""GET / names the language; GET /call/HOST fetches http://HOST:9080/ with urllib. Peer and local address as this program sees them."""
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/call/"):
            with urllib.request.urlopen(f"http://{self.path[6:]}:9080/", timeout=5) as response:
                body = response.read()
        else:
            body = f"python peer={self.client_address[0]} local={self.connection.getsockname()[0]}\n".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("0.0.0.0", 9080), Handler).serve_forever()
