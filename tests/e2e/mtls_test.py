#!/usr/bin/env python3
"""STRICT: plaintext is refused, sidecar to sidecar works, and the wire between sidecars is TLS 1.3 with SPIFFE ids."""
import json
import re
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from harness import ROUTES, MeshTest, eventually, http_get


def run_directory(mesh):
    """The mesh's runtime directory, found by the sockets in it."""
    return next(mesh.base.glob("run/**/pods")).parent


class HopClient:
    """A local TCP port whose bytes go to a sidecar's hop socket behind a PROXY v2 header, so that openssl can speak to it."""

    def __init__(self, path, destination, port):
        self.path, self.header = path, (b"\r\n\r\n\x00\r\nQUIT\n\x21\x11" + struct.pack("!H", 12) + socket.inet_aton("127.0.0.1") +
                                        socket.inet_aton(destination) + struct.pack("!HH", 40000, port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self.path))
            far.sendall(self.header)
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(a, b), daemon=True).start()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Mtls(MeshTest):
    def forwarder(self, service):
        for entry in self.mesh.status()["services"]:
            if entry["name"] == service:
                return entry["ports"][0]["hostAddress"]
        raise KeyError(service)

    def refused(self):
        try:
            http_get(self.forwarder("details"), "/details/0", timeout=5)
            return False
        except OSError:
            return True
        except Exception as error:  # http.client: the connection closed without an answer
            return "Remote" in repr(error) or "BadStatus" in repr(error)

    def test_1_permissive_takes_plaintext_strict_refuses_it(self):
        self.assertEqual(200, http_get(self.forwarder("details"), "/details/0")[0])
        self.mesh.apply(ROUTES / "mtls-strict.yaml")
        eventually(self.refused, 2, message="plaintext is refused")
        self.assertEqual(200, http_get(self.mesh.ingress(), "/productpage")[0])
        page = http_get(self.mesh.ingress(), "/productpage")[2]
        self.assertIn("Book Details", page)
        self.assertIn("Book Reviews", page)

    def test_2_the_wire_is_tls13_with_spiffe_ids(self):
        pod = self.mesh.pods("details")[0]
        hop = HopClient(run_directory(self.mesh) / "pods" / f"{pod['ip']}.sock", pod["ip"], 9080)
        try:
            with tempfile.TemporaryDirectory() as folder:
                foreign = Path(folder)
                subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                                "-subj", "/CN=foreign", "-keyout", foreign / "key.pem", "-out", foreign / "cert.pem"],
                               check=True, capture_output=True)
                shown = subprocess.run(
                    ["openssl", "s_client", "-connect", f"127.0.0.1:{hop.port}", "-alpn", "istio-http/1.1,istio", "-showcerts",
                     "-servername", "outbound_.9080_._.details.default.svc.cluster.local",
                     "-cert", foreign / "cert.pem", "-key", foreign / "key.pem"],
                    input="", capture_output=True, text=True, timeout=20)
            text = shown.stdout + shown.stderr
            self.assertIn("TLSv1.3", text)
            pem = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.S)
            self.assertTrue(pem, text[-2000:])
            certificate = subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem[0], capture_output=True, text=True).stdout
            self.assertIn("URI:spiffe://cluster.local/ns/default/sa/bookinfo-details", certificate)
            self.assertIn("prime256v1", certificate)
        finally:
            hop.close()

    def test_3_foreign_and_absent_certificates_are_refused(self):
        pod = self.mesh.pods("details")[0]
        hop = HopClient(run_directory(self.mesh) / "pods" / f"{pod['ip']}.sock", pod["ip"], 9080)
        self.addCleanup(hop.close)
        request = "GET /details/0 HTTP/1.1\r\nHost: details:9080\r\nConnection: close\r\n\r\n"
        result = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{hop.port}", "-alpn", "istio-http/1.1,istio", "-quiet",
                                 "-ign_eof"], input=request, capture_output=True, text=True, timeout=20)
        self.assertNotIn("HTTP/1.1 200", result.stdout)
        self.assertIn("alert", result.stderr)

    def test_4_certificates_are_listed_with_their_identity(self):
        listed = json.loads(self.mesh.cli("cert", "list", "-o", "json").stdout)
        ids = {entry["spiffeId"] for entry in listed if not entry.get("root")}
        for account in ("productpage", "details", "reviews", "ratings"):
            self.assertIn(f"spiffe://cluster.local/ns/default/sa/bookinfo-{account}", ids)


if __name__ == "__main__":
    unittest.main(verbosity=2)
