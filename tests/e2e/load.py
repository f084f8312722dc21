"""A bounded open-loop load for the tests: a fixed rate over keep-alive connections, every answer accounted for."""
import http.client
import threading
import time


class Load:
    """`rps` GETs per second on `connections` keep-alive connections until stop(). failures: list of (seconds, reason)."""

    def __init__(self, address, path="/", rps=500, connections=8, headers=None, limit_seconds=120):
        self.address, self.path, self.headers = address, path, headers or {}
        self.interval, self.limit = connections / rps, limit_seconds
        self.sent, self.failures, self.latencies = 0, [], []
        self.lock, self.done = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(connections)]

    def __enter__(self):
        self.started = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.done.set()
        for thread in self.threads:
            thread.join(20)

    def run(self, index):
        connection = None
        due = self.started + self.interval * index / len(self.threads)
        while not self.done.is_set() and time.monotonic() - self.started < self.limit:
            wait = due - time.monotonic()
            if wait > 0 and self.done.wait(wait):
                break
            due = max(due + self.interval, time.monotonic() - 1)
            begun = time.monotonic()
            reused = connection is not None
            try:
                connection = connection or http.client.HTTPConnection(self.address, timeout=10)
                connection.request("GET", self.path, headers=self.headers)
                response = connection.getresponse()
                body = response.read()
                closing = response.will_close
                reason = None if response.status == 200 else f"{response.status} {body[:120]!r}"
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                closing, reason = True, repr(error)
                if reused:
                    # The server may close an idle keep-alive connection at any time (RFC 9112 §9.3.1): a client tries once more.
                    try:
                        connection.close()
                        connection = http.client.HTTPConnection(self.address, timeout=10)
                        connection.request("GET", self.path, headers=self.headers)
                        response = connection.getresponse()
                        response.read()
                        closing = response.will_close
                        reason = None if response.status == 200 else str(response.status)
                    except (OSError, http.client.HTTPException) as second:
                        reason = f"{error!r}, then {second!r}"
            except (OSError, http.client.HTTPException) as error:
                closing, reason = True, repr(error)
            if closing and connection:
                connection.close()
                connection = None
            with self.lock:
                self.sent += 1
                self.latencies.append(time.monotonic() - begun)
                if reason:
                    self.failures.append((round(time.monotonic() - self.started, 3), reason))
        if connection:
            connection.close()

    def percentile(self, share):
        with self.lock:
            ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
