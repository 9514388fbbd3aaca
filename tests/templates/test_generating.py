"""Generating writes what changed and nothing else, and says clearly when a template module is broken."""

import sys

import pytest

from twinstack.errors import InputError
from twinstack.generating import generated


@pytest.fixture
def written(tmp_path):
    generated.write(tmp_path)
    return tmp_path


def test_the_first_run_writes_every_template(tmp_path):
    assert [file.name for file in generated.write(tmp_path)] == ["primary.yaml", "secondary.yaml"]


def test_the_second_run_writes_nothing(written):
    assert generated.write(written) == []


def test_only_the_file_that_differs_is_written(written):
    (written / "generated" / "primary.yaml").write_text("edited")
    assert [file.name for file in generated.write(written)] == ["primary.yaml"]


def test_current_files_have_no_diff(written):
    assert generated.stale(written) == ""


def test_an_edited_file_shows_as_a_diff_from_it_to_the_current_one(written):
    file = written / "generated" / "secondary.yaml"
    file.write_text(file.read_text().replace("Role: secondary", "Role: third"))
    diff = generated.stale(written)
    assert diff.startswith("--- a/generated/secondary.yaml\n+++ b/generated/secondary.yaml\n")
    assert "-    Role: third\n+    Role: secondary\n" in diff


def test_a_missing_file_shows_as_a_new_one(tmp_path):
    assert "--- /dev/null\n+++ b/generated/primary.yaml\n" in generated.stale(tmp_path)


def test_other_line_ends_are_a_difference(written):
    file = written / "generated" / "primary.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert generated.stale(written) != ""
    assert [changed.name for changed in generated.write(written)] == ["primary.yaml"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("from troposphere import NoSuchThing\n", "ImportError"),
        ("def build(:\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_a_module_that_does_not_import_is_named_with_its_line(monkeypatch, tmp_path, source, said):
    package = tmp_path / "templates_src"
    package.mkdir()
    (package / "__init__.py").write_text("from templates_src import network\n")
    (package / "network.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    _forget(monkeypatch)
    with pytest.raises(InputError) as caught:
        generated.render_all()
    assert str(caught.value).startswith("templates_src/network.py:1: ")
    assert said in str(caught.value)


def test_a_template_that_does_not_assemble_is_named(monkeypatch):
    def build():
        raise ValueError("duplicate key")

    monkeypatch.setattr("templates_src.TEMPLATES", {"third.yaml": build})
    with pytest.raises(InputError, match=r"third\.yaml does not assemble: ValueError: duplicate key"):
        generated.render_all()


def _forget(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "templates_src"]:
        monkeypatch.delitem(sys.modules, name)
