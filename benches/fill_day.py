#!/usr/bin/env python3
"""Makes a day of footage of one recorded file, for measurements that need a day.

    benches/fill_day.py FILE STORAGE [HOURS]      24 where it is not said

The file, a segment of about a minute, is copied again and again with another identity, back from its
own start, until it is a day, or as many hours. `ronin check --rebuild` then takes the copies into the index.
"""

import datetime
import json
import pathlib
import struct
import sys
import uuid

HOUR_US = 3600 * 1_000_000
IDENTITY = b"RoninNVR-segment"
ENDING = b"RoninNVR-the-end"


def boxes(data):
    """Kind and bytes of each box of a file."""
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at : at + size]
        at += size


def uuid_box(kind, content):
    text = json.dumps(content, separators=(",", ":")).encode()
    return struct.pack(">I", 24 + len(text)) + b"uuid" + kind + text


def main():
    file, storage = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    parts = list(boxes(file.read_bytes()))
    content = {
        whole[8:24]: json.loads(whole[24:]) for kind, whole in parts if kind == b"uuid"
    }
    identity, ending = content[IDENTITY], content[ENDING]
    length = ending["end"] - identity["start"]
    run = str(uuid.uuid4())
    hours = float(sys.argv[3]) if len(sys.argv) > 3 else 24
    count = int(hours * HOUR_US) // length
    for n in range(count):
        start = identity["start"] - (count - n) * length
        made = {
            IDENTITY: identity | {"segment": str(uuid.uuid4()), "run": run, "sequence": n, "start": start},
            ENDING: {"end": start + length},
        }
        copy = b"".join(
            uuid_box(whole[8:24], made[whole[8:24]]) if kind == b"uuid" else whole
            for kind, whole in parts
        )
        at = datetime.datetime.fromtimestamp(start / 1e6, datetime.timezone.utc)
        folder = storage / identity["camera"] / at.strftime("%Y-%m-%d")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / at.strftime("%H-%M-%S.mp4")).write_bytes(copy)
    print(f"{count} files of {length / 1e6:.1f} s")


main()
