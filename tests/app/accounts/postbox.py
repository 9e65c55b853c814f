"""A small mail server on loopback that keeps what it is given; it offers no STARTTLS."""

import socketserver
import threading


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        box = self.server.box
        self._say("220 postbox")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            box.said.append(line)
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self._say("250-postbox\r\n250-8BITMIME\r\n250 AUTH PLAIN")
            elif verb == "DATA":
                self._say("354 go on")
                self._keep(box)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            elif verb == "AUTH":
                self._say("235 welcome")
            elif verb == "RCPT" and box.refusing:
                self._say("550 no such user here")
            else:
                self._say("250 ok")

    def _keep(self, box):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        box.letters.append(b"".join(lines))
        self._say("250 kept")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


class Postbox:
    """`url` to send to; `letters` that arrived; `said` is every command; `refusing` turns recipients away."""

    def __init__(self):
        self.letters, self.said, self.refusing = [], [], False
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.box = self
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
