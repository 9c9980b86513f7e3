from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from world import World

import asyncstageout


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    # Settings of the user's own are for another server.
    for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
        del os.environ[name]
    os.environ["TEMPORAL_CONFIG_FILE"] = os.devnull
    world = World()
    os.environ.update(world.environment)
    yield world
    world.close()


@pytest.fixture(scope="session")
def aso(world: World) -> Iterator[asyncstageout.Client]:
    with asyncstageout.Client() as client:
        yield client
