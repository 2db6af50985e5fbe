"""The language server as editors start it: a process on stdin and stdout, for clients that can more or less."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import CLIENTS, COMMAND, Editor, opened


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=CLIENTS)
async def editor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Editor, None]:
    """One server for each kind of client, in a folder and a home of its own."""
    folder = tmp_path_factory.mktemp("workspace")
    home = tmp_path_factory.mktemp("home")
    one = await opened(request.param, folder, home, COMMAND)
    yield one
    await one.close()


@pytest.fixture
def own_home(tmp_path: Path) -> dict[str, str]:
    """The environment of a server with a home of its own."""
    return {**os.environ, "DIFFAGENT_HOME": str(tmp_path / "home")}
