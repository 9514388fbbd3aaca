"""A real MariaDB server on 127.0.0.1, with TLS by an authority of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

MISSING = (
    "The probe's tests need a MariaDB server and none is installed: run tests/lambda_src/install_server.sh as root, "
    "or apt-get install mariadb-server-core (Debian, Ubuntu), dnf install mariadb-server (Fedora), "
    "brew install mariadb (macOS)"
)
HOST = "127.0.0.1"
_PROGRAMS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_SECONDS = 60
_STARTS = 3


def program(name):
    found = shutil.which(name, path=_PROGRAMS)
    if found is None:
        raise AssertionError(MISSING)
    return found


def free_port():
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return listening.getsockname()[1]


class Authority:
    """A certificate authority, and the certificate of a server that is only known by the address of 127.0.0.1."""

    def __init__(self, folder):
        folder.mkdir()
        self.certificate, key = folder / "ca.pem", folder / "ca.key"
        self.server_certificate, self.server_key = folder / "server.pem", folder / "server.key"
        new = ["req", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        _openssl(*new, "-x509", "-keyout", key, "-out", self.certificate, "-subj", "/CN=Test authority")
        issuer = ["-CA", self.certificate, "-CAkey", key]
        request = folder / "server.csr"
        _openssl(*new, "-keyout", self.server_key, "-out", request, "-subj", "/CN=server")
        names = folder / "names"
        names.write_text(f"subjectAltName=IP:{HOST}\n")
        signed = ["-out", self.server_certificate, "-days", "2", "-extfile", names]
        _openssl("x509", "-req", "-in", request, *issuer, "-CAcreateserial", *signed)


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class DatabaseServer:
    """A server over a folder of data, which it makes if it is not there."""

    def __init__(self, data, *options):
        self._data = data
        self._options = options
        self._user = ["--user=root"] if os.getuid() == 0 else []
        self._runtime = None
        self._process = None
        self.port = 0

    def __enter__(self):
        installer, daemon = program("mariadb-install-db"), program("mariadbd")
        # the path of a socket may have 107 characters, fewer than a folder of pytest
        self._runtime = Path(tempfile.mkdtemp(prefix="probe-"))
        try:
            if not self._data.exists():
                self._install(installer)
            self._start_somewhere(daemon)
        except BaseException:
            shutil.rmtree(self._runtime)
            raise
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_SECONDS)
        shutil.rmtree(self._runtime)

    def _environment(self):
        # a server that starts clears its folder for temporary tables, also of the tables of another that runs
        return {**os.environ, "TMPDIR": str(self._runtime)}

    def _install(self, installer):
        install = [installer, "--no-defaults", f"--datadir={self._data}", *self._user]
        install += ["--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=4M"]
        done = subprocess.run(install, capture_output=True, text=True, check=False, env=self._environment())
        assert done.returncode == 0, done.stdout + done.stderr

    def _start_somewhere(self, daemon):
        for _ in range(_STARTS):
            if self._start(daemon):
                return
        raise AssertionError(self._log())

    def _start(self, daemon):
        """Returns whether the server came up; somebody else may have taken the port."""
        self.port = free_port()
        command = [daemon, "--no-defaults", f"--datadir={self._data}", *self._user]
        command += [f"--bind-address={HOST}", f"--port={self.port}", "--skip-name-resolve"]
        command += [f"--socket={self._runtime / 'socket'}", f"--pid-file={self._runtime / 'pid'}"]
        command += [f"--log-error={self._runtime / 'log.err'}", "--innodb-buffer-pool-size=16M"]
        self._process = subprocess.Popen(
            [*command, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self._environment()
        )
        limit = time.monotonic() + _SECONDS
        while self._process.poll() is None and time.monotonic() < limit:
            # the server writes this file when it is ready, after the statements of --init-file
            if (self._runtime / "pid").exists() and "ready for connections" in self._log():
                return True
            time.sleep(0.05)
        self._process.kill()
        self._process.wait()
        return False

    def _log(self):
        log = self._runtime / "log.err"
        return log.read_text(errors="replace") if log.exists() else "The server wrote no log"
