"""The addresses that everybody looks up, in the form each program reads, and the check of what came out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..servers.zones import Zone, bulk_address, host_name, make_zone

ORIGIN = "10.in-addr.arpa."
#: What the zone says of addresses beyond its own records, by a wildcard.
ANY_HOST = "any.bulk.example"


def reverse_zone(count: int) -> Zone:
    """A PTR record for each of the first ``count`` addresses, and a wildcard for those of later octets."""
    records = [f"{n & 255}.{n >> 8 & 255}.{n >> 16} PTR {host_name(n)}." for n in range(count)]
    return make_zone(ORIGIN, [f"* PTR {ANY_HOST}.", *records])


@dataclass(frozen=True, slots=True)
class Names:
    """The addresses of the numbers ``first`` to ``first + count - 1``, in files of ``directory``."""

    count: int
    directory: Path
    first: int = 0

    @property
    def table(self) -> Path:
        """A CSV with the column ``address``."""
        return self._written("table.csv", "address\n", bulk_address)

    @property
    def addresses(self) -> Path:
        """An address a line."""
        return self._written("addresses.txt", "", bulk_address)

    @property
    def reverse_names(self) -> Path:
        """A name under in-addr.arpa a line."""
        return self._written("names.txt", "", lambda n: f"{n & 255}.{n >> 8 & 255}.{n >> 16}.{ORIGIN.rstrip('.')}")

    def right_rows(self, output: Path) -> int:
        """How many rows of a bulk output stand in their place with the right answer."""
        right = 0
        with output.open(newline="", encoding="utf-8") as file:
            for number, row in zip(range(self.first, self.first + self.count), csv.DictReader(file), strict=False):
                right += (
                    row["address"] == bulk_address(number)
                    and row["dns_status"] == "NOERROR"
                    and row["dns_answer"] in (host_name(number), ANY_HOST)
                )
        return right

    def right_pairs(self, pairs: Iterable[tuple[str, str]]) -> int:
        """How many of the addresses are there with their host, among pairs of a reverse name and a host."""
        suffix = "." + ORIGIN.rstrip(".")
        found = dict(pairs)
        numbers = range(self.first, self.first + self.count)
        return sum(found.get(f"{n & 255}.{n >> 8 & 255}.{n >> 16}{suffix}") == host_name(n) for n in numbers)

    def _written(self, name: str, head: str, line: Callable[[int], str]) -> Path:
        path = self.directory / f"{self.first}-{self.count}-{name}"
        if not path.exists():
            with path.open("w", encoding="ascii") as file:
                file.write(head)
                file.writelines(f"{line(number)}\n" for number in range(self.first, self.first + self.count))
        return path
