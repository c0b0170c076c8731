import collections
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tests.system.stack import Servers, run_whole  # noqa: E402


def pytest_collection_modifyitems(items):
    """The files with most tests first: several workers take file after file, and none shall begin a long one last."""
    sizes = collections.Counter(item.path for item in items)
    items.sort(key=lambda item: -sizes[item.path])


@pytest.fixture(scope="session")
def servers():
    """Of one worker, where there are several."""
    # Not pytest's own folder: PostgreSQL runs as another user and must be able to enter.
    folder = tempfile.mkdtemp(prefix="tandem-test-")
    os.chmod(folder, 0o755)
    running = Servers(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stack(servers, request, tmp_path_factory):
    """One Tandem for each file of tests; the file may say how in STACK."""
    options = getattr(request.module, "STACK", {})
    with run_whole(servers, tmp_path_factory.mktemp(request.module.__name__.split(".")[-1]), **options) as running:
        yield running
