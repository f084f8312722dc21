#!/usr/bin/env python3
"""Configuration changes and certificate rotations under load: no request fails because of a push."""
import json
import unittest

from harness import MeshTest, eventually
from load import Load

RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{ name: reviews }}
spec:
  hosts: [reviews]
  http:
  - route:
    - {{ destination: {{ host: reviews, subset: v1 }}, weight: {first} }}
    - {{ destination: {{ host: reviews, subset: v2 }}, weight: {second} }}
"""
POLICY = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{ name: reviews }}
spec:
  host: reviews
  trafficPolicy:
    connectionPool: {{ tcp: {{ maxConnections: {limit} }} }}
  subsets:
  - {{ name: v1, labels: {{ version: v1 }} }}
  - {{ name: v2, labels: {{ version: v2 }} }}
  - {{ name: v3, labels: {{ version: v3 }} }}
"""
# A door of its own to details, the fastest service: productpage itself could not serve 500 pages a second.
DOOR = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{ name: bookinfo }}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http:
  - match: [{{ uri: {{ prefix: /details }} }}]
    headers: {{ request: {{ set: {{ x-change: "{n}" }} }} }}
    route: [{{ destination: {{ host: details, port: {{ number: 9080 }} }} }}]
  - route: [{{ destination: {{ host: productpage, port: {{ number: 9080 }} }} }}]
"""


class Churn(MeshTest):
    CHANGES = 200
    ROTATIONS = 20

    def test_200_changes_and_20_rotations_under_500_rps_fail_no_request(self):
        self.mesh.apply_text(DOOR.format(n=0))
        self.mesh.cli("wait", "--for=synced", "--timeout=5s")
        before = {c["serial"] for c in json.loads(self.mesh.cli("cert", "list", "-o", "json").stdout) if not c.get("root")}
        with Load(self.mesh.ingress(), "/details/0", rps=500, connections=10) as load:
            eventually(lambda: load.sent > 200, 10, message="load runs")
            for n in range(self.CHANGES):
                share = n % 100
                text = (DOOR.format(n=n + 1), RULE.format(first=share + 1, second=100 - share), POLICY.format(limit=100 + n))[n % 3]
                self.mesh.apply_text(text)
                if n % (self.CHANGES // self.ROTATIONS) == 0:
                    self.mesh.cli("cert", "rotate", "--all")
            self.mesh.cli("wait", "--for=synced", "--timeout=10s")
            sent = load.sent
            eventually(lambda: load.sent > sent + 500, 10, message="load goes on")
        self.assertEqual([], load.failures[:10], f"{len(load.failures)} of {load.sent} failed")
        print(f"{load.sent} requests, p99 {1000 * load.percentile(.99):.1f} ms")
        after = {c["serial"] for c in json.loads(self.mesh.cli("cert", "list", "-o", "json").stdout) if not c.get("root")}
        self.assertFalse(before & after, "every certificate was replaced")


if __name__ == "__main__":
    unittest.main(verbosity=2)
