#!/usr/bin/env python3
"""Speed as ratios in one run: varka-proxy against HAProxy and nginx, one worker each, interleaved round by round.

The number to compare is CPU time per request of the proxy (user + system, from /proc): it hardly depends on the load generator. Rows:
  plain16 plain64   client - proxy - service, HTTP/1.1 keep-alive, 16 and 64 connections
  pair16            client - A = mutual TLS 1.3 = B - service, the hop on loopback TCP
  memory            resident memory of an idle proxy with the same configuration
Only loopback; every run is bounded in time. Prints one table and, with --write, puts it into docs/performance.md.
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
BODY = "x" * 1024
ROUTES = 50


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_port(port, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on {port}")


class Processes:
    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, command, port):
        log = open(self.folder / f"{name}.log", "wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.running.append(process)
        try:
            wait_port(port)
        except SystemExit:
            raise SystemExit(f"{name} did not start:\n" + (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]) from None
        return process.pid

    def stop(self):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def family(pid):
    """The process and its children (nginx works in a child)."""
    pids = [pid]
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid:
                pids.append(int(entry.parent.name))
        except OSError:
            continue
    return pids


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        for member in family(pid):
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def rss_kib(pid):
    return max(int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{m}/status").read_text())[1]) for m in family(pid))


def certificates(folder):
    run = lambda *args: subprocess.run(args, check=True, capture_output=True, cwd=folder)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/O=bench",
        "-keyout", "ca.key", "-out", "ca.pem")
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bench", "-keyout",
        "leaf.key", "-out", "leaf.csr")
    (folder / "ext").write_text("subjectAltName=URI:spiffe://cluster.local/ns/default/sa/bench,DNS:bench\n")
    run("openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile",
        "ext", "-out", "leaf.pem")
    (folder / "both.pem").write_text((folder / "leaf.pem").read_text() + (folder / "leaf.key").read_text())


def common_tls(folder):
    return {
        "tls_certificates": [{"certificate_chain": {"filename": str(folder / "leaf.pem")},
                              "private_key": {"filename": str(folder / "leaf.key")}}],
        "validation_context": {"trusted_ca": {"filename": str(folder / "ca.pem")}},
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3"},
    }


def envoy_bootstrap(folder, listen, target, server_tls=False, client_tls=False):
    """A static Envoy v3 bootstrap: one listener, fifty routes of which the last matches, one cluster."""
    any_type = lambda name, value: {"@type": f"type.googleapis.com/{name}", **value}
    routes = [{"match": {"prefix": f"/never/{n}/"}, "route": {"cluster": "service"}} for n in range(ROUTES - 1)]
    routes.append({"name": "default", "match": {"prefix": "/"}, "route": {"cluster": "service", "timeout": "0s"}})
    manager = any_type("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
        "stat_prefix": "bench",
        "route_config": {"name": "bench", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [{"name": "envoy.filters.http.router",
                          "typed_config": any_type("envoy.extensions.filters.http.router.v3.Router", {})}],
    })
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    cluster = {
        "name": "service", "type": "STATIC", "connect_timeout": "2s",
        "load_assignment": {"cluster_name": "service", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {
            "socket_address": {"address": "127.0.0.1", "port_value": target}}}}]}]},
    }
    if server_tls:
        chain["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": any_type(
            "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            {"common_tls_context": common_tls(folder), "require_client_certificate": True})}
    if client_tls:
        cluster["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": any_type(
            "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {"common_tls_context": common_tls(folder), "sni": "bench"})}
    return {"static_resources": {
        "listeners": [{"name": "bench", "address": {"socket_address": {"address": "127.0.0.1", "port_value": listen}},
                       "filter_chains": [chain]}],
        "clusters": [cluster]}}


def varka(folder, processes, build, name, **options):
    path = folder / f"{name}.json"
    path.write_text(json.dumps(envoy_bootstrap(folder, **options)))
    return processes.start(name, [build / "bin" / "varka-proxy", "-c", path], options["listen"])


def haproxy(folder, processes, name, listen, target, server_tls=False, client_tls=False):
    bind = f"127.0.0.1:{listen}" + (f" ssl crt {folder}/both.pem ca-file {folder}/ca.pem verify required ssl-min-ver TLSv1.3"
                                    if server_tls else "")
    server = f"127.0.0.1:{target}" + (f" ssl crt {folder}/both.pem ca-file {folder}/ca.pem verify required sni str(bench) "
                                      "ssl-min-ver TLSv1.3" if client_tls else "")
    path = folder / f"{name}.cfg"
    path.write_text(f"""global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 2s
  http-reuse always
frontend f
  bind {bind}
  default_backend b
backend b
  server s {server}
""")
    return processes.start(name, ["haproxy", "-f", path, "-q", "-db"], listen)


def nginx(folder, processes, name, listen, target=None, server_tls=False, client_tls=False):
    prefix = folder / name
    prefix.mkdir()
    tls = (f"ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.key; ssl_client_certificate {folder}/ca.pem; "
           "ssl_verify_client on; ssl_protocols TLSv1.3;") if server_tls else ""
    if target is None:
        location = f'return 200 "{BODY}";'
    else:
        scheme = "https" if client_tls else "http"
        location = f'proxy_pass {scheme}://up; proxy_http_version 1.1; proxy_set_header Connection "";'
        if client_tls:
            location += (f" proxy_ssl_certificate {folder}/leaf.pem; proxy_ssl_certificate_key {folder}/leaf.key; "
                         f"proxy_ssl_trusted_certificate {folder}/ca.pem; proxy_ssl_verify on; proxy_ssl_name bench; "
                         "proxy_ssl_protocols TLSv1.3;")
    upstream = f"upstream up {{ server 127.0.0.1:{target}; keepalive 256; }}" if target else ""
    (prefix / "nginx.conf").write_text(f"""worker_processes 1; daemon off; pid {prefix}/pid; error_log {prefix}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {prefix}; proxy_temp_path {prefix};
fastcgi_temp_path {prefix}; uwsgi_temp_path {prefix}; scgi_temp_path {prefix}; {upstream}
server {{ listen 127.0.0.1:{listen}{' ssl' if server_tls else ''}; {tls} location / {{ {location} }} }} }}
""")
    return processes.start(name, ["nginx", "-p", prefix, "-c", prefix / "nginx.conf"], listen)


def measure(port, pids, connections, seconds):
    """(CPU µs per request of `pids`, requests per second, p99 ms, errors) of one bounded run of wrk."""
    before = cpu_seconds(pids)
    result = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/"],
                            capture_output=True, text=True, timeout=seconds + 30).stdout
    used = cpu_seconds(pids) - before
    requests = int(re.search(r"(\d+) requests in", result)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", result)[1])
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", result).groups()
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", result)
    errors = int(errors[1]) if errors else 0
    errors += sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", result)))
    return 1e6 * used / max(1, requests), rate, float(p99) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], errors


def single(folder, processes, build, service):
    ports = [free_port() for _ in range(3)]
    return {
        "varka-proxy": (ports[0], [varka(folder, processes, build, "varka-plain", listen=ports[0], target=service)]),
        "HAProxy": (ports[1], [haproxy(folder, processes, "haproxy-plain", ports[1], service)]),
        "nginx": (ports[2], [nginx(folder, processes, "nginx-plain", ports[2], service)]),
    }


def pair(folder, processes, build, service):
    out = {}
    a, b = free_port(), free_port()
    inner = varka(folder, processes, build, "varka-b", listen=b, target=service, server_tls=True)
    out["varka-proxy"] = (a, [varka(folder, processes, build, "varka-a", listen=a, target=b, client_tls=True), inner])
    a, b = free_port(), free_port()
    inner = haproxy(folder, processes, "haproxy-b", b, service, server_tls=True)
    out["HAProxy"] = (a, [haproxy(folder, processes, "haproxy-a", a, b, client_tls=True), inner])
    a, b = free_port(), free_port()
    inner = nginx(folder, processes, "nginx-b", b, service, server_tls=True)
    out["nginx"] = (a, [nginx(folder, processes, "nginx-a", a, b, client_tls=True), inner])
    return out


def run_row(title, contenders, connections, rounds, seconds):
    samples = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, (port, pids) in contenders.items():
            samples[name].append(measure(port, pids, connections, seconds))
    middle = {name: tuple(statistics.median(column) for column in zip(*runs)) for name, runs in samples.items()}
    base = middle["HAProxy"][0]
    return [(title, name, f"{cpu:.1f}", f"{cpu / base:.2f}", f"{rate:,.0f}", f"{p99:.2f}", f"{errors:.0f}")
            for name, (cpu, rate, p99, errors) in middle.items()]


def table(rows):
    head = ("row", "proxy", "CPU µs/request", "× HAProxy", "requests/s", "p99 ms", "errors")
    lines = ["| " + " | ".join(head) + " |", "|---|---|---:|---:|---:|---:|---:|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", default=[], help="plain16 plain64 pair16 memory; default all")
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    wanted = options.rows or ["plain16", "plain64", "pair16", "memory"]
    absent = [tool for tool in ("haproxy", "nginx", "wrk", "openssl") if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin")]
    if absent:
        sys.exit(f"not installed: {', '.join(absent)} (./dev bench installs them)")
    os.environ["PATH"] += ":/usr/sbin"
    folder = Path(tempfile.mkdtemp(prefix="vk-bench-"))
    processes = Processes(folder)
    rows, memory = [], ""
    try:
        certificates(folder)
        service = free_port()
        nginx(folder, processes, "service", service)
        build = Path(options.build).resolve()
        plain = single(folder, processes, build, service)
        if "memory" in wanted:
            memory = "Idle resident memory: " + ", ".join(f"{n} {rss_kib(p[0]) / 1024:.1f} MiB" for n, (_, p) in plain.items()) + "."
        for name, connections in (("plain16", 16), ("plain64", 64)):
            if name in wanted:
                rows += run_row(name, plain, connections, options.rounds, options.seconds)
        if "pair16" in wanted:
            rows += run_row("pair16", pair(folder, processes, build, service), 16, options.rounds, options.seconds)
    finally:
        processes.stop()
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n\n".join(part for part in (table(rows) if rows else "", memory) if part)
    print(text)
    if options.write:
        path = ROOT / "docs" / "performance.md"
        page = path.read_text()
        start, end = "<!-- bench -->", "<!-- /bench -->"
        path.write_text(page[:page.index(start) + len(start)] + "\n" + text + "\n" + page[page.index(end):])


if __name__ == "__main__":
    main()
