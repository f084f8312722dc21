#!/usr/bin/env python3
"""Four unmodified services in four languages, all on 0.0.0.0:9080, calling each other by name through their sidecars.

As root and, when the test runs as root, as an ordinary user without any capability.
"""
import os
import pwd
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import VARKA, Mesh, http_get

SOURCES = Path(__file__).resolve().parent / "polyglot"
LANGUAGES = ("python", "node", "go", "cpp")


def programs(folder):
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GO111MODULE": "off", "GOCACHE": f"{folder}/cache"}
    subprocess.run(["go", "build", "-o", folder / "service-go", SOURCES / "service.go"], env=environment, check=True)
    subprocess.run(["g++", "-O1", "-pthread", "-o", folder / "service-cpp", SOURCES / "service.cpp"], check=True)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    for name in ("service.py", "service.js"):
        shutil.copy(SOURCES / name, folder)
    return {"python": ["/usr/bin/python3", str(folder / "service.py")], "node": [shutil.which("node"), str(folder / "service.js")],
            "go": [str(folder / "service-go")], "cpp": [str(folder / "service-cpp")]}


class Polyglot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = [tool for tool in ("go", "g++", "node") if not shutil.which(tool)]
        if missing:
            raise unittest.SkipTest(f"not installed: {', '.join(missing)}")
        cls.folder = Path(tempfile.mkdtemp(prefix="vk-poly-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.folder.chmod(0o755)
        cls.commands = programs(cls.folder)

    def project(self):
        services = "".join(f"  {name}: {{ port: 9080, command: {command!r} }}\n".replace("'", '"')
                           for name, command in self.commands.items())
        return f"apiVersion: varka.dev/v1\nkind: Mesh\nmetadata: {{ name: polyglot }}\nservices:\n{services}"

    def all_call_all(self, mesh):
        addresses = {s["name"]: s["ports"][0]["hostAddress"] for s in mesh.status()["services"]}
        for caller in LANGUAGES:
            for callee in LANGUAGES:
                status, _, text = http_get(addresses[caller], f"/call/{callee}")
                self.assertEqual((200, True), (status, text.startswith(callee + " ")), f"{caller} -> {callee}: {text}")
                self.assertIn("127.0.0.6", text, "the peer is the sidecar")
                self.assertIn("local=" + ("::ffff:" if "::ffff:" in text.split("local=")[1] else "") + "10.244.", text)

    def test_as_this_user(self):
        with Mesh(files={"varka.yaml": self.project()}) as mesh:
            self.assertEqual("namespace", mesh.status()["captureMode"])
            self.all_call_all(mesh)

    @unittest.skipIf(os.geteuid() != 0, "already an ordinary user")
    def test_as_an_ordinary_user(self):
        try:
            user = pwd.getpwnam("nobody")
        except KeyError:
            self.skipTest("no user nobody")
        if subprocess.run(["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", VARKA, "version"],
                          capture_output=True).returncode:
            self.skipTest("the build directory is not readable for other users")
        mesh = Mesh(files={"varka.yaml": self.project()}, environment={"HOME": "/nonexistent"}, as_user=user)
        with mesh:
            self.assertEqual("namespace", mesh.status()["captureMode"])
            for pod in mesh.pods():
                if pod["pid"]:
                    self.assertEqual(user.pw_uid, os.stat(f"/proc/{pod['pid']}").st_uid)
            self.all_call_all(mesh)


if __name__ == "__main__":
    unittest.main(verbosity=2)
