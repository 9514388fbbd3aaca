"""S3 for the fake CloudFormation."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FakeBuckets:
    """S3 in memory: the objects of each bucket, by key."""

    objects: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def is_empty(self, bucket: str) -> bool:
        return not self.objects.get(bucket)

    def put(self, bucket: str, key: str, content: bytes) -> None:
        self.objects.setdefault(bucket, {})[key] = content

    def empty(self, bucket: str) -> int:
        return len(self.objects.pop(bucket, {}))

    def read(self, url: str) -> str:
        """Returns what stands at an address such as https://BUCKET.s3.REGION.amazonaws.com/KEY."""
        host, _, key = url.removeprefix("https://").partition("/")
        return self.objects[host.partition(".s3.")[0]][key].decode()

    def find(self, url: str) -> str | None:
        """Returns what stands at an address, None where nothing does."""
        try:
            return self.read(url)
        except KeyError:
            return None
