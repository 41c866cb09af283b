# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends connections in many ways, and tells what has arrived at the other end.

ends.py backend PORTFILE [GATE]       accepts connections, and prints a line for each
ends.py program PORT                  reads its standard input, and has the backend at PORT
                                      print the line
ends.py send ADDRESS CA VERSION END COUNT SIZE...
                                      calls ADDRESS, COUNT times at once for each SIZE
ends.py echo ADDRESS CA VERSION SIZE...
                                      calls ADDRESS, where an echo answers

Every client sends the first bytes of the same stream, so a line needs only their number. "400000
reset" means that all 400000 bytes came before a reset; "0 end" means that the connection ended
as if nothing had been sent. The backend writes its port to PORTFILE. If there is a GATE, the
backend reads nothing until a file of that name exists.

VERSION is TLSv1_2 or TLSv1_3. END is how the client leaves after its last byte:
    notify  sends a close_notify, and waits for the server's
    fin     ends the TCP connection without a close_notify, and waits for the server
    close   closes its socket
    reset   resets the connection once the server's kernel has all bytes
"""
import concurrent.futures
import fcntl
import hashlib
import os
import select
import signal
import socket
import ssl
import struct
import sys
import termios
import threading
import time

PATIENCE = 120
PIECE = 65536


def stream(size):
    return hashlib.shake_128(b"truncation").digest(size)


def describe(received, end):
    altered = "" if received == stream(len(received)) else " altered"
    return f"{len(received)}{altered} {end}\n"


# --- the backend ----------------------------------------------------------------------


def receive(connection, gate):
    while gate and not os.path.exists(gate):
        time.sleep(0.01)
    received = b""
    try:
        while more := connection.recv(PIECE):
            received += more
        end = "end"
    except ConnectionResetError:
        end = "reset"
    connection.close()
    line = received.decode() if received[:8] == b"program " else describe(received, end)
    os.write(1, line.removeprefix("program ").encode())


def backend(port_file, gate=None):
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        with open(port_file + ".new", "w", encoding="ascii") as file:
            print(listener.getsockname()[1], file=file)
        os.rename(port_file + ".new", port_file)
        while True:
            connection = listener.accept()[0]
            threading.Thread(target=receive, args=(connection, gate)).start()


def program(port):
    received = bytearray()

    def tell(end):
        with socket.create_connection(("127.0.0.1", int(port)), PATIENCE) as report:
            report.sendall(b"program " + describe(bytes(received), end).encode())
        os._exit(0)

    signal.signal(signal.SIGTERM, lambda *_: tell("terminated"))
    try:
        while more := os.read(0, PIECE):
            received += more
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tell("end")
    except ConnectionResetError:
        tell("reset")


# --- clients --------------------------------------------------------------------------


def call(address, ca, version):
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    host, _, port = address.rpartition(":")
    plain = socket.create_connection((host, int(port)), PATIENCE)
    return context.wrap_socket(plain, server_hostname="localhost")


def unsent(tls):
    """Returns how many bytes the server's kernel has not acknowledged."""
    return struct.unpack("i", fcntl.ioctl(tls, termios.TIOCOUTQ, b"\0" * 4))[0]


def leave(tls, end):
    if end == "notify":
        tls.unwrap().close()
    elif end == "fin":
        tls.shutdown(socket.SHUT_WR)  # of TCP, and without close_notify
        while tls.recv(PIECE):
            pass
    elif end == "reset":
        until = time.monotonic() + PATIENCE
        while unsent(tls) > 0:
            if time.monotonic() > until:
                sys.exit(f"{unsent(tls)} bytes were never acknowledged")
            time.sleep(0.01)
        tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    tls.close()


def send_one(address, ca, version, end, size):
    tls = call(address, ca, version)
    tls.sendall(stream(size))
    try:
        leave(tls, end)
    except ConnectionError:
        pass  # the server may answer a broken end by a reset


def send(address, ca, version, end, count, *sizes):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        calls = [pool.submit(send_one, address, ca, version, end, int(size))
                 for size in sizes for _ in range(int(count))]
    for done in calls:
        done.result()


def echo_one(address, ca, version, size):
    """Sends, and ends TCP after the last byte; returns what came back."""
    tls = call(address, ca, version)
    left, received = memoryview(stream(size)), b""
    tls.setblocking(False)
    while True:
        ready = select.select([tls], [tls] if left else [], [], PATIENCE)
        if ready == ([], [], []):
            return received
        try:
            if left and ready[1]:
                left = left[tls.send(left[:16384]):]
                if not left:
                    socket.socket.shutdown(tls, socket.SHUT_WR)
        except ssl.SSLWantWriteError:
            pass
        try:
            more = tls.recv(PIECE)
            if not more:
                return received
            received += more
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLError, ConnectionError):
            return received  # the end is not a clean one, because the client's was not


def echo(address, ca, version, *sizes):
    for size in sizes:
        received = echo_one(address, ca, version, int(size))
        print(describe(received, "echoed"), end="")


{"backend": backend, "program": program, "send": send, "echo": echo}[sys.argv[1]](
    *sys.argv[2:])
