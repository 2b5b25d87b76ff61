"""Cuts a Python process off from the network: on import (as PYTHONPATH's sitecustomize), or by `block`.

Kernels and commands are processes of their own, which a patch in the test's process does not reach.
"""

import socket

LOCAL = {"localhost", "127.0.0.1", "::1", "", None}


def local(host) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    return host in LOCAL or str(host).startswith("127.")


def block(set_attribute=setattr) -> None:
    """Let `socket` reach loopback addresses and Unix sockets only."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guard(method):
        def guarded(self, address):
            if isinstance(address, tuple) and not local(address[0]):
                raise OSError(f"no network in this test: {address}")
            return method(self, address)

        return guarded

    def guarded_look_up(host, *args, **kwargs):
        if not local(host):
            raise socket.gaierror(socket.EAI_NONAME, f"no network in this test: {host}")
        return look_up(host, *args, **kwargs)

    set_attribute(socket.socket, "connect", guard(connect))
    set_attribute(socket.socket, "connect_ex", guard(connect_ex))
    set_attribute(socket, "getaddrinfo", guarded_look_up)


if __name__ == "sitecustomize":
    block()
