"""A LangSmith on loopback that keeps the bodies it is sent, unpacked."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import zstandard

INFO = {
    "version": "0.12.0",
    "instance_flags": {"zstd_compression_enabled": True},
    "batch_ingest_config": {
        "use_multipart_endpoint": True,
        "size_limit": 100,
        "size_limit_bytes": 2**20,
        "scale_up_nthreads_limit": 4,
        "scale_up_qsize_trigger": 100,
        "scale_down_nempty_trigger": 4,
    },
}


class Recorder(ThreadingHTTPServer):
    """Attributes: `bodies`, every body of a POST or PATCH; `url`, what `LANGSMITH_ENDPOINT` takes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Recorder
    timeout = 10

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test reads the bodies."""

    def do_GET(self) -> None:
        self._answer(INFO)

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("transfer-encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
        unpack = {
            "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
            "gzip": gzip.decompress,
        }
        encoding = self.headers.get("content-encoding", "")
        self.server.bodies.append(unpack[encoding](body) if encoding in unpack else body)
        self._answer({})

    do_PATCH = do_POST  # noqa: N815  # the name that the base class looks for

    def _answer(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def recording() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)
