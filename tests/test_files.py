"""Files are written whole or not at all, with a mode that fits what they hold."""

import errno
import os
import threading
from pathlib import Path

import pytest

from twinstack.errors import InputError
from twinstack.files import write_whole


@pytest.fixture(autouse=True)
def usual_mask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def fail(number):
    def failing(*_arguments, **_options):
        raise OSError(number, os.strerror(number))

    return failing


def test_a_new_file_holds_the_text_as_it_is(tmp_path):
    write_whole(tmp_path / "made" / "a.json", "ä\r\nb\n")
    assert (tmp_path / "made" / "a.json").read_bytes() == "ä\r\nb\n".encode()


def test_text_that_is_no_unicode_is_written_with_a_mark_in_its_place(tmp_path):
    write_whole(tmp_path / "a", "half \ud800")
    assert (tmp_path / "a").read_text() == "half ?"


@pytest.mark.parametrize("call", ["os.replace", "os.fsync", "os.open"])
def test_a_failure_on_the_way_leaves_the_old_text_and_nothing_beside_it(tmp_path, monkeypatch, call):
    path = tmp_path / "a.json"
    path.write_text("old")
    monkeypatch.setattr(call, fail(errno.ENOSPC))
    with pytest.raises(InputError) as failed:
        write_whole(path, "new")
    monkeypatch.undo()
    assert str(failed.value) == f"{path}: cannot be written: No space left on device"
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a.json", "old")]


@pytest.mark.parametrize("call", ["os.replace", "os.fsync"])
def test_an_interruption_on_the_way_leaves_the_old_text_and_nothing_beside_it(tmp_path, monkeypatch, call):
    path = tmp_path / "a.json"
    path.write_text("old")

    def interrupt(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(call, interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    monkeypatch.undo()
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a.json", "old")]


def test_the_text_is_on_the_disk_before_it_has_the_name(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr("os.fsync", lambda handle: done.append("kept"))
    real = os.replace
    monkeypatch.setattr("os.replace", lambda *names: (done.append("named"), real(*names)))
    write_whole(tmp_path / "a", "new")
    assert done == ["kept", "named", "kept"]


def test_a_reader_sees_the_old_text_or_the_new_one_and_never_a_part(tmp_path):
    path, seen = tmp_path / "a", set()
    path.write_text("0" * 50_000)
    writing = threading.Thread(target=lambda: [write_whole(path, str(number) * 50_000) for number in range(1, 10)])
    writing.start()
    while writing.is_alive():
        seen.add(path.read_text())
    writing.join()
    assert {(len(text), len(set(text))) for text in seen} <= {(50_000, 1)}


@pytest.mark.parametrize(("there", "private", "expected"), [
    (None, False, 0o644),
    (None, True, 0o600),
    (0o640, False, 0o640),
    (0o755, False, 0o755),
    (0o644, True, 0o600),
])  # fmt: skip
def test_what_is_private_is_for_its_owner_and_another_file_keeps_its_mode(tmp_path, there, private, expected):
    path = tmp_path / "a"
    if there is not None:
        path.write_text("old")
        path.chmod(there)
    write_whole(path, "new", private=private)
    assert mode(path) == expected


def test_a_private_file_is_private_from_its_first_moment(tmp_path, monkeypatch):
    seen = []
    real = os.replace
    monkeypatch.setattr("os.replace", lambda new, path: (seen.append(mode(Path(new))), real(new, path)))
    write_whole(tmp_path / "a", "new", private=True)
    assert seen == [0o600]


def test_a_link_stays_one_and_what_it_points_at_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "real.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    write_whole(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")


def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reading = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reading.start()
    write_whole(pipe, "new")
    reading.join()
    assert (read, pipe.is_fifo()) == (["new"], True)


def test_a_folder_that_takes_no_file_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr("os.open", fail(errno.EACCES))  # root may write everywhere
    with pytest.raises(InputError, match=r"a\.json: cannot be written: Permission denied$"):
        write_whole(tmp_path / "a.json", "new")


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match=r"file/a\.json: cannot be written: "):
        write_whole(tmp_path / "file" / "a.json", "new")
