# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets answers with Python's own clients: get.py COUNT CA < TARGETS

A line of TARGETS has a name, HOST:PORT, and the file whose bytes the body must have. Prints how
the requests to each target ended, by client, and exits 0 if all bodies came whole.
"""
import collections
import http.client
import socket
import ssl
import sys
import urllib.request


class Urllib:
    def get(self, address, context):
        with urllib.request.urlopen(f"https://{address}/", timeout=60,
                                    context=context) as answer:
            return answer.read()


class HttpClient:
    def get(self, address, context):
        connection = http.client.HTTPSConnection(address, timeout=60,
                                                 context=context)
        connection.request("GET", "/")
        try:
            return connection.getresponse().read()
        finally:
            connection.close()


class Sockets:
    """Resumes sessions, and takes an end without close_notify for an error."""

    session = None

    def get(self, address, context):
        host, _, port = address.partition(":")
        with socket.create_connection((host, port), 60) as plain, \
                context.wrap_socket(plain, server_hostname=host,
                                    session=self.session,
                                    suppress_ragged_eofs=False) as tls:
            tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while more := tls.recv(65536):
                answer += more
            self.session = tls.session
        return answer.partition(b"\r\n\r\n")[2]


def outcome(client, address, context, wanted):
    try:
        return "whole" if client.get(address, context) == wanted else "another body"
    except (OSError, http.client.HTTPException) as error:
        return repr(error)


def main():
    count, context = int(sys.argv[1]), ssl.create_default_context(cafile=sys.argv[2])
    failed = False
    for name, address, path in (line.split() for line in sys.stdin):
        with open(path, "rb") as file:
            wanted = file.read()
        for client in Urllib(), HttpClient(), Sockets():
            ends = collections.Counter(outcome(client, address, context, wanted)
                                       for _ in range(count))
            print(name, type(client).__name__, dict(ends), flush=True)
            failed = failed or ends["whole"] != count
    sys.exit(failed)


main()
