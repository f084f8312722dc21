"""Runs the real binaries as a user would: `varka up` on a copy of a sample, then commands and HTTP requests against it.

Every wait is a condition with a deadline. State and sockets live below a temporary directory of the test.
"""
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("VARKA_BUILD_DIR", ROOT / "build"))
VARKA = BUILD / "bin" / "varka"
CORPUS = Path(os.environ.get("VARKA_CORPUS", ROOT / ".." / "shared" / "corpus" / "istio"))
ROUTES = ROOT / "samples" / "bookinfo" / "routes"


def eventually(condition, seconds=10, interval=0.02, message="condition"):
    """Waits until condition() is true and returns its value; an exception in it counts as not yet."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
        except (OSError, AssertionError, http.client.HTTPException, ValueError, KeyError, IndexError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{message}: not within {seconds} s" + (f" (last: {last!r})" if last else ""))
        time.sleep(interval)


def http_get(address, path="/", headers=None, timeout=15, method="GET", body=None):
    """(status, headers, text) of one request on its own connection. address: "host:port"."""
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers={"Connection": "close", **(headers or {})})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def istio_sample(name, own):
    """Istio's own file of the corpus where it is present, else ours that says the same."""
    theirs = CORPUS / "samples" / "files" / "samples" / "bookinfo" / "networking" / name
    return theirs if theirs.exists() else ROUTES / own


class Mesh:
    """A running mesh. Use as a context manager."""

    def __init__(self, sample="bookinfo", files=None, up_args=(), environment=None, ready_seconds=60, as_user=None):
        self.base = Path(tempfile.mkdtemp(prefix="vk-"))
        self.base.chmod(0o755)
        if files is None:
            shutil.copytree(ROOT / "samples", self.base / "samples")
            self.project = self.base / "samples" / sample
        else:
            self.project = self.base / "project"
            for name, text in files.items():
                target = self.project / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
        (self.base / "run").mkdir(mode=0o700)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(self.base / "state"), "XDG_RUNTIME_DIR": str(self.base / "run"),
                            "QT_QPA_PLATFORM": "offscreen", **(environment or {})}
        self.up_args, self.ready_seconds = list(up_args), ready_seconds
        self.process = None
        self.prefix = []
        if as_user:
            self.prefix = ["setpriv", "--reuid", str(as_user.pw_uid), "--regid", str(as_user.pw_gid), "--clear-groups", "--no-new-privs"]
            for path in (self.base, *self.base.rglob("*")):
                os.chown(path, as_user.pw_uid, as_user.pw_gid)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def start(self, wait=True):
        self.log = open(self.base / "varka.log", "ab")
        self.process = subprocess.Popen([*self.prefix, VARKA, "up", self.project, "--headless", *self.up_args], env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        if wait:
            eventually(lambda: self.alive() and self.cli("status", "-o", "json", check=False).returncode == 0, 20, 0.05,
                       "varka up answers")
            self.cli("wait", "--for=ready", f"--timeout={self.ready_seconds}s", timeout=self.ready_seconds + 5)
            self.cli("wait", "--for=synced", "--timeout=20s", timeout=25)

    def alive(self):
        if self.process.poll() is not None:
            raise SystemExit(f"varka up exited {self.process.returncode}:\n{self.output()}")
        return True

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        if self.process:
            self.log.close()
        keep = os.environ.get("VARKA_KEEP")
        if not keep:
            shutil.rmtree(self.base, ignore_errors=True)
        else:
            print(f"kept {self.base}", file=sys.stderr)

    def output(self):
        with contextlib.suppress(OSError):
            return (self.base / "varka.log").read_text(errors="replace")
        return ""

    def cli(self, *args, check=True, timeout=30, stdin=None):
        result = subprocess.run([*self.prefix, VARKA, "-p", self.project, *args], env=self.environment, capture_output=True, text=True,
                                timeout=timeout, input=stdin)
        if check and result.returncode != 0:
            raise AssertionError(f"varka {' '.join(map(str, args))} exited {result.returncode}:\n{result.stdout}{result.stderr}\n"
                                 f"--- varka up ---\n{self.output()[-3000:]}")
        return result

    def status(self):
        return json.loads(self.cli("status", "-o", "json").stdout)

    def pods(self, app=None, version=None):
        return [pod for pod in self.status()["pods"]
                if (app is None or pod["app"] == app) and (version is None or pod["version"] == version)]

    def ingress(self):
        return self.status()["ingress"][0]["url"].split("//")[1].rstrip("/")

    def apply(self, path):
        return self.cli("apply", "-f", str(path))

    def apply_text(self, text, check=True):
        return self.cli("apply", "-f", "-", stdin=text, check=check)

    def exec(self, app, *command, check=False, timeout=30):
        return self.cli("exec", self.pods(app)[0]["name"], "--", *command, check=check, timeout=timeout)


class MeshTest(unittest.TestCase):
    """One mesh for all tests of a class: set SAMPLE or FILES."""
    SAMPLE = "bookinfo"
    FILES = None
    UP_ARGS = ()

    @classmethod
    def setUpClass(cls):
        cls.mesh = Mesh(cls.SAMPLE, cls.FILES, cls.UP_ARGS).__enter__()
        cls.addClassCleanup(cls.mesh.__exit__, None, None, None)
