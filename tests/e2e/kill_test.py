#!/usr/bin/env python3
"""kill -9 of each kind of process under load: recovery within two seconds, nothing left behind."""
import os
import signal
import subprocess
import unittest
from pathlib import Path

from harness import Mesh, MeshTest, eventually, http_get
from load import Load


def processes_of(mesh):
    """pids whose environment or command line names the mesh's temporary directory."""
    found = {}
    needle = str(mesh.base).encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes()
            if needle in line or needle in (entry / "environ").read_bytes():
                if (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                    found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found


def net_namespaces():
    names = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                names.add(os.readlink(entry / "ns" / "net"))
            except OSError:
                continue
    return names


def in_namespace_of(pid):
    """All processes in the network namespace of this one."""
    wanted, found = os.readlink(f"/proc/{pid}/ns/net"), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "ns" / "net") == wanted:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


class Kill(MeshTest):
    def page_works(self):
        status, _, text = http_get(self.mesh.ingress(), "/productpage", timeout=5)
        return status == 200 and "Book Details" in text and "Book Reviews" in text

    def recovers(self, pid, get_pid):
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: get_pid() not in (0, pid), 2, message="a new process runs")
        eventually(self.page_works, 2, message="the page works again")

    def test_1_a_service_is_restarted(self):
        with Load(self.mesh.ingress(), "/productpage", rps=20, connections=4):
            self.recovers(self.mesh.pods("details")[0]["pid"], lambda: self.mesh.pods("details")[0]["pid"])

    def test_2_a_proxy_is_restarted_and_the_service_stays(self):
        before = self.mesh.pods("details")[0]
        with Load(self.mesh.ingress(), "/productpage", rps=20, connections=4):
            self.recovers(before["proxyPid"], lambda: self.mesh.pods("details")[0]["proxyPid"])
        self.assertEqual(before["pid"], self.mesh.pods("details")[0]["pid"])

    def test_3_the_ingress_gateway_is_restarted(self):
        gateway = lambda: next(p for p in self.mesh.pods() if "ingressgateway" in p["name"])["proxyPid"]
        self.recovers(gateway(), gateway)

    def test_4_an_agent_is_replaced(self):
        pod = self.mesh.pods("ratings")[0]
        mine = net_namespaces()
        agents = [pid for pid in in_namespace_of(pod["pid"]) if pid != pod["pid"]]
        self.assertEqual(1, len(agents), "the pod has one agent")
        os.kill(agents[0], signal.SIGKILL)
        eventually(lambda: self.mesh.pods("ratings")[0]["state"] == "ready" and self.mesh.pods("ratings")[0]["pid"] != pod["pid"], 5,
                   message="the pod is started anew")
        eventually(self.page_works, 2)
        self.assertLessEqual(len(net_namespaces()), len(mine) + 1)

    def test_5_repeated_kills_leak_no_descriptors(self):
        engine = self.mesh.process.pid
        count = lambda: len(os.listdir(f"/proc/{engine}/fd"))
        eventually(self.page_works, 5)
        before = count()
        for _ in range(5):
            pid = self.mesh.pods("reviews", "v1")[0]["proxyPid"]
            os.kill(pid, signal.SIGKILL)
            eventually(lambda: self.mesh.pods("reviews", "v1")[0]["proxyPid"] not in (0, pid), 5)
        eventually(lambda: count() <= before + 3, 5, message=f"descriptors return to {before}")


class KillEngine(unittest.TestCase):
    def test_the_engine_leaves_nothing_and_starts_again(self):
        before = net_namespaces()
        with Mesh() as mesh:
            self.assertGreater(len(net_namespaces()), len(before))
            mesh.process.kill()
            mesh.process.wait(5)
            eventually(lambda: not processes_of(mesh), 3, message="all processes are gone")
            eventually(lambda: net_namespaces() <= before, 3, message="all namespaces are gone")
            mesh.start()
            self.assertEqual(200, http_get(mesh.ingress(), "/productpage")[0])

    def test_down_leaves_nothing(self):
        before = net_namespaces()
        with Mesh() as mesh:
            mesh.cli("down")
            mesh.process.wait(15)
            eventually(lambda: not processes_of(mesh), 3, message="all processes are gone")
            eventually(lambda: net_namespaces() <= before, 3, message="all namespaces are gone")
            self.assertEqual([], list(mesh.base.glob("run/**/*.sock")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
