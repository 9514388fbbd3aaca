"""The zip of a folder of code: what is in it, and that it is the same everywhere."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from twinstack.errors import InputError, TwinStackError
from twinstack.packaging import build, fetch_wheels

ROOT = Path(__file__).parents[1]
PROBE = ROOT / "lambda_src" / "probe"
CACHE = ROOT / ".twinstack" / "wheels"

CONTENT = """\
probe/__init__.py
probe/answer.py
probe/answering.py
probe/checking.py
probe/connection.py
probe/credentials.py
probe/deadline.py
probe/failures.py
probe/handler.py
probe/metrics.py
probe/rds-ca-bundle.pem
probe/user.py
pymysql-1.2.4.dist-info/METADATA
pymysql-1.2.4.dist-info/RECORD
pymysql-1.2.4.dist-info/WHEEL
pymysql-1.2.4.dist-info/licenses/LICENSE
pymysql-1.2.4.dist-info/top_level.txt
pymysql/__init__.py
pymysql/_auth.py
pymysql/charset.py
pymysql/connections.py
pymysql/constants/CLIENT.py
pymysql/constants/COMMAND.py
pymysql/constants/CR.py
pymysql/constants/ER.py
pymysql/constants/FIELD_TYPE.py
pymysql/constants/FLAG.py
pymysql/constants/SERVER_STATUS.py
pymysql/constants/__init__.py
pymysql/converters.py
pymysql/cursors.py
pymysql/err.py
pymysql/optionfile.py
pymysql/protocol.py
pymysql/times.py
""".splitlines()


def entries(package):
    return zipfile.ZipFile(io.BytesIO(package.content)).infolist()


def test_the_probe_comes_with_its_driver_and_its_authorities_and_nothing_else():
    assert [entry.filename for entry in entries(build(PROBE, CACHE))] == CONTENT


def test_it_is_named_by_its_content():
    package = build(PROBE, CACHE)
    assert package.sha256 == hashlib.sha256(package.content).hexdigest()
    assert package.key("lambda_src/probe") == f"code/lambda_src/probe/{package.sha256}.zip"


def test_what_is_built_twice_has_the_same_hash():
    assert build(PROBE, CACHE).sha256 == build(PROBE, CACHE).sha256


def test_the_clock_the_rights_and_the_rest_of_a_machine_do_not_show(tmp_path, monkeypatch):
    expected = build(PROBE, CACHE)
    copy = tmp_path / "elsewhere" / "probe"
    # in another order, by another umask, with what running the code leaves behind
    umask = os.umask(0o077)
    try:
        for path in sorted(PROBE.glob("*.*"), reverse=True):
            (copy / path.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy / path.name)
            os.utime(copy / path.name, (2_000_000_000, 2_000_000_000))
        (copy / "__pycache__").mkdir()
        (copy / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"compiled")
        (copy / ".DS_Store").write_bytes(b"left by a file manager")
        shutil.copy(PROBE.with_name("requirements.txt"), copy.parent)
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
        package = build(copy, CACHE)
    finally:
        os.umask(umask)
    assert package.sha256 == expected.sha256


def test_the_bytes_are_the_same_as_on_the_machine_where_this_was_written(tmp_path):
    folder = tmp_path / "hello"
    (folder / "inner").mkdir(parents=True)
    (folder / "handler.py").write_bytes(b"print('hello')\n" * 100)
    (folder / "inner" / "ca.pem").write_bytes(b"pem\n")
    assert build(folder, tmp_path).sha256 == "9da7943ca9f42b95699a4115d72ed111ac001294fcaa30008691e19a0731dfb5"


def test_new_code_has_another_name(tmp_path):
    folder = tmp_path / "hello"
    folder.mkdir()
    (folder / "handler.py").write_text("1\n")
    first = build(folder, tmp_path).key("hello")
    (folder / "handler.py").write_text("2\n")
    assert build(folder, tmp_path).key("hello") != first


def test_everybody_on_the_machine_of_lambda_may_read_it():
    assert {entry.external_attr >> 16 for entry in entries(build(PROBE, CACHE))} == {0o100644}
    assert {entry.date_time for entry in entries(build(PROBE, CACHE))} == {(1980, 1, 1, 0, 0, 0)}


def test_every_handler_runs_from_the_package_alone(tmp_path):
    package = build(PROBE, CACHE)
    zipfile.ZipFile(io.BytesIO(package.content)).extractall(tmp_path)
    look = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from probe.handler import handler as probe\n"
        "from probe.user import handler as user\n"
        "from probe.answering import handler as answering\n"
        "from probe.connection import RDS_AUTHORITIES\n"
        "import pymysql\n"
        "assert callable(probe) and callable(user) and callable(answering)\n"
        "print(pymysql.__file__, RDS_AUTHORITIES.exists(), 'twinstack' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-I", "-c", look], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.stdout == f"{tmp_path}/pymysql/__init__.py True False\n", run.stderr


# What a wheel is, as far as pip looks.
WHEEL = {
    "demo.py": "ANSWER = 42\n",
    "demo-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    "demo-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "demo-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index of one wheel; returns the folder of the code that needs it, and the wheel."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheel = folder / "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in WHEEL.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    code = tmp_path / "src" / "demo_user"
    code.mkdir(parents=True)
    (code / "handler.py").write_text("import demo\n")
    pin(code, wheel)
    return code, wheel


def pin(code, wheel, version="1.0"):
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    code.with_name("requirements.txt").write_text(f"# why\n\ndemo=={version} --hash=sha256:{sha256}\n")


def test_a_wheel_is_fetched_once(index, tmp_path, monkeypatch):
    code, wheel = index
    cache = tmp_path / "new" / "cache"
    first = build(code, cache)
    assert "demo.py" in [entry.filename for entry in entries(first)]
    assert [path.name for path in cache.iterdir()] == [wheel.name]
    wheel.unlink()
    assert build(code, cache) == first


def test_a_wheel_in_the_cache_that_was_changed_is_fetched_again(index, tmp_path):
    code, wheel = index
    cache = tmp_path / "cache"
    expected = build(code, cache)
    (cache / wheel.name).write_bytes(b"changed")
    assert build(code, cache) == expected


def test_a_wheel_of_another_hash_is_refused(index, tmp_path):
    code, wheel = index
    wheel.write_bytes(wheel.read_bytes() + b"changed")
    with pytest.raises(TwinStackError, match="DO NOT MATCH THE HASHES") as caught:
        build(code, tmp_path / "cache")
    assert str(caught.value).startswith(f"{code.parent}/requirements.txt: pip could not fetch what it pins")
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_index_that_cannot_be_reached_is_told_with_a_way_round(index, tmp_path, monkeypatch):
    code, wheel = index
    cache = tmp_path / "cache"
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(TwinStackError, match="is the package index reachable from here") as caught:
        build(code, cache)
    assert caught.value.exit_code == 1
    assert f"Wheels put into {cache} by hand are taken too" in str(caught.value)
    shutil.copy(wheel, cache)
    build(code, cache)


def test_a_wheel_for_one_platform_is_refused(index, tmp_path):
    code, wheel = index
    cache = tmp_path / "cache"
    cache.mkdir()
    named = "demo-1.0-cp311-cp311-linux_x86_64.whl"
    wheel.rename(wheel.with_name(named))
    shutil.copy(wheel.with_name(named), cache)
    with pytest.raises(TwinStackError):
        build(code, cache)


@pytest.mark.parametrize("line", ["demo", "demo==1.0", "demo>=1.0 --hash=sha256:" + "0" * 64, "-r other.txt"])
def test_a_requirement_without_a_pin_is_refused_with_its_line(index, tmp_path, line):
    code, _ = index
    requirements = code.with_name("requirements.txt")
    requirements.write_text(f"# why\n{line}\n")
    with pytest.raises(InputError) as caught:
        fetch_wheels(requirements, tmp_path)
    assert str(caught.value) == f"{requirements}:2: write NAME==VERSION --hash=sha256:HASH, on one line"


def test_a_folder_without_code_is_refused(tmp_path):
    with pytest.raises(InputError, match="no code to package"):
        build(tmp_path / "nothing", tmp_path)
