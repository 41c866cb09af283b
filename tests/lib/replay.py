# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the first hello of one client, as if it had been recorded, and then the hello of another.

usage: replay.py PORT OPTION... -- OPTION...

The options are those of openssl s_client, for each of the two clients. The server asks for the
second hello by a HelloRetryRequest. Prints its answer to each hello, a record in hexadecimal.
"""
import socket
import subprocess
import sys


def read(connection, size):
    data = b''
    while len(data) < size and (part := connection.recv(size - len(data))):
        data += part
    return data


def read_record(connection):
    header = read(connection, 5)
    return header + read(connection, int.from_bytes(header[3:], 'big'))


def record_hello(options):
    with socket.create_server(('127.0.0.1', 0)) as listener:
        target = '127.0.0.1:%d' % listener.getsockname()[1]
        client = subprocess.Popen(
            ['openssl', 's_client', '-tls1_3', '-connect', target, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with listener.accept()[0] as connection:
            hello = read_record(connection)
    client.wait()
    return hello


def main():
    port, options = sys.argv[1], sys.argv[2:]
    middle = options.index('--')
    with socket.create_connection(('127.0.0.1', port)) as server:
        server.settimeout(60)
        for part in options[:middle], options[middle + 1:]:
            server.sendall(record_hello(part))
            answer = read_record(server)
            while answer[:1] == b'\x14':  # a change_cipher_spec for middleboxes
                answer = read_record(server)
            print(answer.hex())


main()
