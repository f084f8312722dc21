#!/usr/bin/env python3
"""What goes wrong is said once, with its place, and the rest keeps running."""
import json
import socket
import subprocess
import unittest

from harness import VARKA, Mesh, MeshTest, eventually, http_get

SMALL = """
apiVersion: varka.dev/v1
kind: Mesh
metadata: {{ name: small }}
services:
  hello:
    port: 8000
    command: [/usr/bin/python3, -m, http.server, "8000"]
{more}
include: [istio/*.yaml]
"""
ROUTE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: hello
spec:
  hosts: [hello]
  http:
  - route:
    - destination: {host: hello}
"""


class BrokenConfiguration(MeshTest):
    def page_works(self):
        return http_get(self.mesh.ingress(), "/productpage")[0] == 200

    def refused(self, text, *expected):
        result = self.mesh.apply_text(text, check=False)
        self.assertNotEqual(0, result.returncode, result.stdout)
        for part in expected:
            self.assertIn(part, result.stderr)
        self.assertTrue(self.page_works())

    def test_broken_yaml_names_the_place(self):
        self.refused("apiVersion: v1\nkind: Service\nmetadata:\n  name: [x\n", ":")

    def test_unknown_field_names_path_and_line(self):
        self.refused(ROUTE.replace("  http:\n", "  http:\n  - retrys: {attempts: 3}\n"), "retrys", ":8:", "spec.http[0]")

    def test_wrong_type_names_path_and_line(self):
        self.refused(ROUTE.replace("{host: hello}", "{host: hello}\n      weight: lots"), "weight", ":10:")

    def test_broken_save_keeps_the_old_version_and_a_good_one_is_live_at_once(self):
        path = self.mesh.project / "istio" / "reviews.yaml"
        good = path.read_text()
        revision = self.mesh.status()["revision"]
        path.write_text(good.replace("weight: 80", "weight: many"))
        problems = eventually(lambda: self.mesh.status().get("problems"), 2, message="the problem is shown")
        self.assertTrue(any("reviews.yaml" in p["place"] for p in problems), problems)
        self.assertEqual(revision, self.mesh.status()["revision"])
        self.assertTrue(self.page_works())
        path.write_text(good.replace("weight: 80", "weight: 70").replace("weight: 20", "weight: 30"))
        eventually(lambda: self.mesh.status()["revision"] > revision, 1, message="the good version is live")
        self.assertFalse([p for p in self.mesh.status()["problems"] if p["severity"] == "error"])


class BrokenServices(unittest.TestCase):
    def mesh_with(self, more="", **options):
        mesh = Mesh(files={"varka.yaml": SMALL.format(more=more), "istio/route.yaml": ROUTE}, **options)
        self.addCleanup(mesh.__exit__, None, None, None)
        mesh.start(wait=False)
        eventually(lambda: mesh.alive() and mesh.cli("status", "-o", "json", check=False).returncode == 0, 20)
        return mesh

    def hello_is_ready(self, mesh):
        return any(p["app"] == "hello" and p["state"] == "ready" for p in mesh.status()["pods"])

    def test_command_not_found_is_said_and_the_rest_runs(self):
        mesh = self.mesh_with("  broken: { command: [no-such-program], port: 8001 }")
        eventually(lambda: self.hello_is_ready(mesh), 10)
        broken = eventually(lambda: [p for p in mesh.pods("broken") if "no-such-program" in p.get("reason", "")], 10)[0]
        self.assertIn("not found", broken["reason"])
        self.assertIn("no-such-program", mesh.output())

    def test_an_image_without_an_entry_prints_the_lines_to_add(self):
        mesh = self.mesh_with("  odd: { image: example.org/odd:1, port: 8001 }")
        eventually(lambda: self.hello_is_ready(mesh), 10)
        eventually(lambda: "images:" in mesh.output() and "example.org/odd" in mesh.output(), 10)

    def test_a_taken_ingress_port_gives_the_next_free_one(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 8080))
                taken.listen(1)
            except OSError:
                pass  # somebody else holds it: the same situation
            with Mesh() as mesh:
                self.assertNotEqual("8080", mesh.ingress().split(":")[1])
                self.assertEqual(200, http_get(mesh.ingress(), "/productpage")[0])

    def test_a_broken_project_does_not_start_and_names_the_line(self):
        mesh = Mesh(files={"varka.yaml": SMALL.format(more="  broken: { comand: [x] }")})
        self.addCleanup(mesh.__exit__, None, None, None)
        result = subprocess.run([VARKA, "up", mesh.project, "--headless"], env=mesh.environment, capture_output=True, text=True,
                                timeout=20)
        self.assertNotEqual(0, result.returncode)
        self.assertIn("varka.yaml:9", result.stderr)
        self.assertIn("comand", result.stderr)

    def test_a_second_start_says_that_the_mesh_runs(self):
        mesh = self.mesh_with()
        result = subprocess.run([VARKA, "up", mesh.project, "--headless"], env=mesh.environment, capture_output=True, text=True,
                                timeout=20)
        self.assertNotEqual(0, result.returncode)
        self.assertIn(str(mesh.process.pid), result.stderr)

    def test_without_namespaces_it_says_so_and_runs_the_services(self):
        # unshare is what fails on hardened systems; the option stands for it, doctor explains the real cause.
        mesh = self.mesh_with(environment={"VARKA_CAPTURE": "env"})
        eventually(lambda: self.hello_is_ready(mesh), 15)
        self.assertIn("capture", mesh.output().lower())

    def test_doctor_names_each_capability(self):
        result = subprocess.run([VARKA, "doctor", "-o", "json"], capture_output=True, text=True, timeout=30)
        self.assertIn("capture", json.loads(result.stdout))


if __name__ == "__main__":
    unittest.main(verbosity=2)
