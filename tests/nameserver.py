"""A DNS server on a port of this machine, which knows what a test tells it."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[str, list[str] | dns.rcode.Rcode | None]


class NameServer:
    """Answers over UDP.

    :ivar zone: MX records by domain, those of other types by type and domain ("SRV x.test"), or
        the code to answer with; None keeps silent, and nothing else exists.
    :ivar asked: the questions as text, in order.
    """

    def __init__(self) -> None:
        self.zone: Zone = {}
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._socket.getsockname()
        return host, port

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            if not data:
                return
            if answer := self._answer(dns.message.from_wire(data)):
                self._socket.sendto(answer.to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        (question,) = query.question
        self.asked.append(question.to_text())
        name, kind = (
            question.name.to_text(omit_final_dot=True),
            dns.rdatatype.to_text(question.rdtype),
        )
        key = name if kind == "MX" else f"{kind} {name}"
        records = self.zone.get(key, dns.rcode.NXDOMAIN)
        if records is None:
            return None
        answer = dns.message.make_response(query)
        if isinstance(records, dns.rcode.Rcode):
            answer.set_rcode(records)
        elif records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        return answer

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with contextlib.closing(self._socket):
            self._socket.sendto(b"", self.address)
            self._thread.join()


@contextlib.contextmanager
def nameserver() -> Iterator[NameServer]:
    """Run a DNS server."""
    server = NameServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
