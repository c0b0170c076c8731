import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tests.system.stack import Servers, Stack  # noqa: E402


@pytest.fixture(scope="session")
def servers():
    # Not pytest's own folder: PostgreSQL runs as another user and must be able to enter.
    folder = tempfile.mkdtemp(prefix="tandem-test-")
    os.chmod(folder, 0o755)
    running = Servers(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stack(servers, request, tmp_path_factory):
    """One Tandem for each file of tests; the file may say how in STACK.

    In the end every event must have exactly one outcome, every process must leave well, and
    the logs must hold no secret and nobody's words.
    """
    options = getattr(request.module, "STACK", {})
    running = Stack(servers, tmp_path_factory.mktemp(request.module.__name__.split(".")[-1]), **options)
    try:
        running.start()
        yield running
        running.verify()
    finally:
        running.stop()
    running.check_logs()
