#!/usr/bin/env python3
"""tcp-echo PORTS PREFIX: each line that comes in goes out again with the prefix in front. PORTS: "9000,9001,9002"."""
import signal
import socketserver
import sys
import threading

PREFIX = (sys.argv[2] if len(sys.argv) > 2 else "hello").encode()


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline(64 * 1024):
            print(f"request: {line.decode('utf-8', 'replace').rstrip()}", flush=True)
            try:
                self.wfile.write(PREFIX + b" " + line)
            except OSError:
                return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    ports = [int(port) for port in (sys.argv[1] if len(sys.argv) > 1 else "9000").split(",")]
    servers = [Server(("0.0.0.0", port), Echo) for port in ports]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"tcp-echo listens on {', '.join(map(str, ports))}", flush=True)
    stop.wait()
