"""Requests as they go over the wire, in the form of each client: names and order of the headers,
boundaries, line ends. Source: the contract's second table for the forms; the request's own headers
are as these clients are known to write them, not a recording of one."""

import socket
from dataclasses import dataclass
from typing import Any

SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """Hold an answer, read up to the end of the connection."""

    status: int
    headers: dict[str, str]
    body: bytes


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode()


def exchange(port: int, request: bytes, expects_100: bool = False) -> Answer:
    """Sends the request's bytes and reads until the answer is complete."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        file = connection.makefile("rb")
        if expects_100:  # curl waits before a large body
            first, _, rest = request.partition(b"\r\n\r\n")
            connection.sendall(first + b"\r\n\r\n")
            line = file.readline()
            assert line.startswith(b"HTTP/1.1 100"), line
            assert file.readline() == b"\r\n"
            connection.sendall(rest)
        else:
            connection.sendall(request)
        status = int(file.readline().split()[1])
        headers: dict[str, str] = {}
        while (line := file.readline()) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Answer(status, headers, file.read(int(headers["content-length"])))


@dataclass(frozen=True)
class Form:
    """A client's way to write a multipart form: `parts` of (head lines, content)."""

    boundary: str
    end: str = "\r\n"  # after the last boundary

    def body(self, *parts: tuple[list[str], bytes]) -> bytes:
        lines = b"".join(
            f"--{self.boundary}\r\n".encode() + head(*names) + content + b"\r\n"
            for names, content in parts
        )
        return lines + f"--{self.boundary}--{self.end}".encode()


def disposition(name: str, filename: str | None = None) -> str:
    text = f'Content-Disposition: form-data; name="{name}"'
    return text if filename is None else f'{text}; filename="{filename}"'


def request_of(lines: list[str], body: bytes, **values: Any) -> bytes:
    """The head's lines, in which `{length}` and others are filled in, and the body."""
    return head(*(each.format(length=len(body), **values) for each in lines)) + body
