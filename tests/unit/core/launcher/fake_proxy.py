#!/usr/bin/python3
"""A stand-in for varka-proxy in the launcher's tests: speaks the capture channel and the hop, and instead of routing says what
it caught. A captured connection gets "caught IP:PORT by PODIP\n"; every DNS name is 240.240.0.9."""
import array, os, signal, socket, struct, sys, threading

def option(name, default=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default

POD_IP, PODS = option("--pod-ip"), option("--pods")

def packet(channel, data):
    channel.send(data)
    answer, control, _, _ = channel.recvmsg(4096, socket.CMSG_SPACE(32 * 4))
    fds = array.array("i")
    for _, _, raw in control:
        fds.frombytes(raw[: len(raw) - len(raw) % 4])
    return answer, list(fds)

def serve_outbound(listener):
    while True:
        client, _ = listener.accept()
        raw = client.getsockopt(socket.SOL_IP, 80, 16)  # SO_ORIGINAL_DST
        port, ip = struct.unpack("!2xH4s8x", raw)
        client.sendall(f"caught {socket.inet_ntoa(ip)}:{port} by {POD_IP}\n".encode())
        client.close()

def serve_dns(udp):
    while True:
        query, peer = udp.recvfrom(2048)
        end = query.index(0, 12) + 5
        kind = struct.unpack("!H", query[end - 4 : end - 2])[0]
        answer = struct.pack("!HHHIH4s", 0xC00C, 1, 1, 5, 4, bytes([240, 240, 0, 9])) if kind == 1 else b""
        udp.sendto(query[:2] + b"\x85\x80\0\1" + struct.pack("!HHH", 1 if answer else 0, 0, 0) + query[12:end] + answer, peer)

def relay(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

def serve_hop(channel, lock):
    path = f"{PODS}/{POD_IP}.sock"
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    while True:
        client, _ = listener.accept()
        header = client.recv(28, socket.MSG_WAITALL)
        assert header[:14] == b"\r\n\r\n\0\r\nQUIT\n\x21\x11", header
        ip, port = socket.inet_ntoa(header[20:24]), struct.unpack("!H", header[26:28])[0]
        with lock:
            _, fds = packet(channel, b"S\4\1")
        service = socket.socket(fileno=fds[0])
        service.setblocking(True)
        service.bind(("127.0.0.6", 0))
        try:
            service.connect((ip, port))
        except OSError:
            client.close()
            continue
        threading.Thread(target=relay, args=(client, service), daemon=True).start()
        threading.Thread(target=relay, args=(service, client), daemon=True).start()

def serve_admin():
    path = option("--admin")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    while True:
        client, _ = listener.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nLIVE\n")
        client.close()

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print("proxy", " ".join(sys.argv[1:]), flush=True)
if option("--capture-fd"):
    channel, lock = socket.socket(fileno=int(option("--capture-fd"))), threading.Lock()
    names, fds = packet(channel, b"L")
    listeners = dict(zip(names[1:].decode().split(","), fds))
    outbound = socket.socket(fileno=listeners["out4"])
    dns = socket.socket(fileno=listeners["dns4u"])
    for one in (outbound, dns):
        one.setblocking(True)
    for target, args in ((serve_outbound, (outbound,)), (serve_dns, (dns,)), (serve_hop, (channel, lock))):
        threading.Thread(target=target, args=args, daemon=True).start()
for given in [sys.argv[i + 1] for i, word in enumerate(sys.argv) if word == "--listen-fd"]:
    port, fd = given.split("=")
    gate = socket.socket(fileno=int(fd))
    gate.setblocking(True)
    def serve_gate(gate=gate, port=port):
        while True:
            client, _ = gate.accept()
            client.sendall(f"gateway {port}\n".encode())
            client.close()
    threading.Thread(target=serve_gate, daemon=True).start()
serve_admin()
