"""What benches/transcode compares: arguments as it gives them."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
import uuid

ronin, source, folder, rounds, preset, quality, crf = sys.argv[1:]
probe = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-of", "csv=p=0"]
words = subprocess.check_output([*probe, "-show_entries", "stream=nb_read_packets,r_frame_rate", source])
rate, pictures = words.decode().strip().split(",")[:2]
pictures = int(pictures)
top, bottom = map(int, rate.split("/"))
keys = round(2 * top / bottom)
options = f"crf={crf}:open-gop=0:info=0:log-level=error"


def ours(target):
    """Encoded and compared by the process that the engine starts; returns both times."""
    order = {
        "source": source, "target": target, "segment": str(uuid.uuid4()), "encoder": "x265enc",
        "quality": quality, "preset": preset, "cores": 0, "most_bytes": 1 << 60,
    }
    begun = time.monotonic()
    coder = subprocess.Popen([ronin, "coder"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    coder.stdin.write(json.dumps({"Encode": order}) + "\n")
    coder.stdin.flush()
    encoded = None
    for line in coder.stdout:
        said = json.loads(line)
        if encoded is None and said.get("Progress", {}).get("is_checking"):
            encoded = time.monotonic() - begun
        if "Made" in said:
            whole = time.monotonic() - begun
            return encoded or whole, whole
        if "Progress" not in said:
            sys.exit(f"transcode: {line}")
    sys.exit("transcode: the coder ended without a word")


def timed(command):
    begun = time.monotonic()
    subprocess.run(["nice", "-n", "19", *command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def ffmpeg(target):
    params = f"open-gop=0:keyint={keys}:info=0:log-level=error"
    return timed([
        "ffmpeg", "-v", "error", "-y", "-i", source, "-c:v", "libx265", "-preset", preset, "-crf", crf,
        "-x265-params", params, "-c:a", "copy", target,
    ])


def bare():
    return timed([
        "gst-launch-1.0", "-q", "filesrc", f"location={source}", "!", "qtdemux", "!", "h264parse", "!",
        "avdec_h264", "!", "videoconvert", "!", "x265enc", f"speed-preset={preset}",
        f"key-int-max={keys}", f"option-string={options}", "!", "fakesink", "sync=false",
    ])


def ssim(path):
    command = ["ffmpeg", "-hide_banner", "-i", path, "-i", source, "-lavfi", "[0:v][1:v]ssim", "-f",
               "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return float(re.search(r"All:([0-9.]+)", said).group(1))


times = {"ronin, encoding": [], "ronin, with the comparison": [], "ffmpeg libx265": [], "bare x265enc": []}
mine, theirs = f"{folder}/ours.mp4", f"{folder}/theirs.mp4"
for _ in range(int(rounds)):
    if os.path.exists(mine):
        os.remove(mine)
    encoded, whole = ours(mine)
    times["ronin, encoding"].append(encoded)
    times["ronin, with the comparison"].append(whole)
    times["ffmpeg libx265"].append(ffmpeg(theirs))
    times["bare x265enc"].append(bare())

print(f"{pictures} pictures, {preset}, {quality} (crf {crf}), {rounds} rounds, medians")
best = statistics.median(times["bare x265enc"])
for name, seconds in times.items():
    middle = statistics.median(seconds)
    print(f"{name:28} {pictures / middle:8.1f} pictures/s   {best / middle:5.2f} of the bare encoder")
size = os.path.getsize(source)
for name, path in (("ronin", mine), ("ffmpeg libx265", theirs)):
    new = os.path.getsize(path)
    print(f"{name:28} {new} bytes of {size}: {100 * (1 - new / size):.1f} % less, SSIM {ssim(path):.4f}")
