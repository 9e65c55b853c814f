"""A folder of keys of a test's own, with the site's settings turned to it for as long as the test lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.credentials import service
from certificates.tsa import serve


@contextmanager
def turned(application, settings) -> Iterator[None]:
    """The site with other settings."""
    kept = application.config["SETTINGS"]
    application.config["SETTINGS"] = settings
    yield
    application.config["SETTINGS"] = kept


@contextmanager
def stamping(session, actor, settings, clock) -> Iterator[object]:
    """The development time-stamp authority at work, telling the test's clock; gives the settings that use it."""
    stamper = service.development_clock(session, actor, settings, clock.now, now=clock.now())
    server = serve(stamper)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield replace(settings, tsa_url=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
