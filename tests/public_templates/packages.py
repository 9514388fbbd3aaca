"""The packages that carry the templates, and how they are brought here."""

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package of PyPI or npm; `examples` are programs that print a template each."""

    registry: str
    name: str
    version: str
    examples: str | None = None

    @property
    def folder(self):
        return f"{self.name.rpartition('/')[2]}-{self.version}"


CONSTRUCTS = {
    "aws-apigateway-sqs": "2.27.0",
    "aws-cloudfront-apigateway-lambda": "2.41.0",
    "aws-cloudfront-s3": "2.104.0",
    "aws-cognito-apigateway-lambda": "2.93.0",
    "aws-eventbridge-sqs": "2.103.0",
    "aws-eventbridge-stepfunctions": "2.65.0",
    "aws-fargate-opensearch": "2.104.0",
    "aws-iot-lambda": "2.44.0",
    "aws-kinesisfirehose-s3": "2.45.0",
    "aws-lambda-dynamodb": "2.101.0",
}
PACKAGES = [
    Package("sdist", "cfn-lint", "1.58.0"),
    Package("sdist", "troposphere", "4.11.1", examples="examples"),
    Package("wheel", "aws-sam-cli", "1.170.0"),
    Package("npm", "aws-cdk-lib", "2.276.0"),
    *(Package("npm", f"@aws-solutions-constructs/{name}", version) for name, version in CONSTRUCTS.items()),
]


def fetch(folder):
    """Brings every package that is not there yet, unpacked to FOLDER/NAME-VERSION."""
    for package in PACKAGES:
        target = folder / package.folder
        if not target.is_dir():
            print(f"fetching {package.name} {package.version}", file=sys.stderr)
            _unpack(_download(package, folder), target)
            if package.examples:
                _print_examples(target)


def _download(package, folder):
    loose = folder / f"{package.folder}.download"
    loose.mkdir(parents=True, exist_ok=True)
    if package.registry == "npm":
        command = ["npm", "pack", "--silent", "--pack-destination", str(loose), f"{package.name}@{package.version}"]
    else:
        binary = ["--no-binary", ":all:"] if package.registry == "sdist" else ["--only-binary", ":all:"]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *binary, "--dest", str(loose)]
        command.append(f"{package.name}=={package.version}")
    subprocess.run(command, check=True, stdout=sys.stderr)
    (archive,) = loose.iterdir()
    return archive


def _unpack(archive, target):
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(target)
        return
    with tarfile.open(archive) as tar:
        # a source distribution and a package of npm have everything in one folder
        members = [member for member in tar.getmembers() if "/" in member.name]
        for member in members:
            member.name = member.name.partition("/")[2]
        tar.extractall(target, members, filter="data")


def _print_examples(target):
    for program in sorted((target / "examples").glob("*.py")):
        made = subprocess.run(
            [sys.executable, program.name],
            cwd=program.parent,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ,
        )
        if made.returncode == 0 and made.stdout:
            program.with_suffix(".template").write_text(made.stdout, encoding="utf-8")
