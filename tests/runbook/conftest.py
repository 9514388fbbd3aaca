"""One world for all scenes, made anew after a scene that leaves it otherwise than it was deployed."""

import pytest

from tests.runbook.world import World


class Worlds:
    """The world of now."""

    def __init__(self, folder):
        self._folder = folder
        self.world = None

    def as_deployed(self, monkeypatch, capsys):
        if self.world is not None:
            self.world.door.answer()
            self.world.door.lies.clear()
            self.world.names.clear()
            self.world.write_templates()
            if self.world.is_as_deployed():
                return self.world
            self.world.closing.close()
        self.world = World(self._folder.mktemp("world")).begin()
        code, told = self.world.deployer(["deploy", "-e", "prod"], monkeypatch, capsys)
        assert code == 0, told
        return self.world


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    worlds = Worlds(tmp_path_factory)
    yield worlds
    if worlds.world is not None:
        worlds.world.closing.close()


@pytest.fixture
def world(worlds, monkeypatch, capsys):
    return worlds.as_deployed(monkeypatch, capsys)
