"""The programs that benches/cameras compares, and the camera that all of them record.

Not here: what they cost.
"""

import functools
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

PASSWORD = "correct horse"
# Connecting, and the first fragment on disk, on a machine that is busy with other things.
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


class Failed(Exception):
    """The run cannot go on, or its figures would be worthless; the text says why."""


def eventually(what, condition, timeout_s=START_TIMEOUT_S, alive=()):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        for process in alive:
            if process.poll() is not None:
                raise Failed(f"{process.args[0]} ended with {process.returncode} before {what}")
        time.sleep(0.1)
    raise Failed(f"{what}: not within {timeout_s} s")


def start(command, log, env=None):
    with open(log, "ab") as out:
        return subprocess.Popen(
            [str(c) for c in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=env,
            start_new_session=True,
        )


def stop(processes, how=signal.SIGTERM):
    for process in processes:
        if process.poll() is None:
            process.send_signal(how)
    for process in processes:
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def output(*command, env=None):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=env)
    if done.returncode != 0:
        raise Failed(f"{command[0]} failed: {done.stderr.strip() or done.returncode}")
    return done.stdout


class Camera:
    """The demo camera with `count` streams."""

    def __init__(self, programs, clip, count, folder):
        log = folder / "camera.log"
        camera = programs / "ronin-demo-camera"
        self.process = start([camera, "--cameras", count, "--file", clip, "--port", 0], log)
        try:
            found = eventually(
                "the camera has a URL",
                lambda: re.search(r"rtsp://\S+", log.read_text()),
                alive=[self.process],
            )
        except Failed:
            stop([self.process])
            raise
        self.urls = [found[0].replace("/cam0", f"/cam{n}") for n in range(count)]


class Ffmpeg:
    """One process a camera: MP4 of one minute and HLS, both on disk."""

    name = "ffmpeg"
    live = True

    def __init__(self, _programs, folder):
        self.folder, self.processes = folder, []

    def record(self, urls):
        for n, url in enumerate(urls):
            own = self.folder / f"cam{n}"
            own.mkdir()
            command = ["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url]
            command += "-c:v copy -an -f hls -hls_time 2 -hls_list_size 10".split()
            command += ["-hls_flags", "delete_segments", own / "out.m3u8"]
            command += "-c:v copy -an -f segment -segment_time 60 -segment_format mp4".split()
            fragments = "movflags=frag_keyframe+empty_moov+default_base_moof"
            command += ["-segment_format_options", fragments, "-reset_timestamps", "1"]
            command += [own / "out%03d.mp4"]
            self.processes.append(start(command, self.folder / "log"))

    def files(self, n):
        return sorted((self.folder / f"cam{n}").glob("*.mp4"))

    def live_segments(self, n):
        playlist = self.folder / f"cam{n}" / "out.m3u8"
        return playlist.read_text().count("#EXTINF") if playlist.exists() else 0

    def stop(self):
        stop(self.processes)


class GstLaunch:
    """One process: fragmented MP4 on disk, no HLS."""

    name = "gst-launch"
    live = False

    def __init__(self, _programs, folder):
        self.folder, self.processes = folder, []

    def record(self, urls):
        line = []
        for n, url in enumerate(urls):
            (self.folder / f"cam{n}").mkdir()
            line += ["rtspsrc", f"location={url}", "protocols=tcp", "latency=200", "!"]
            line += "rtph264depay ! h264parse ! mp4mux fragment-duration=1000 !".split()
            line += ["filesink", f"location={self.folder}/cam{n}/out.mp4"]
        self.processes = [start(["gst-launch-1.0", "-q", "-e", *line], self.folder / "log")]

    def files(self, n):
        return sorted((self.folder / f"cam{n}").glob("*.mp4"))

    def stop(self):
        stop(self.processes, signal.SIGINT)


class Ronin:
    """One process: MP4 of one minute on disk, HLS in memory."""

    name = "ronin"
    live = True

    def __init__(self, programs, folder):
        self.folder, self.program = folder, programs / "ronin"
        # Nothing of this machine's settings.
        kept = ("PATH", "HOME", "LD_LIBRARY_PATH")
        self.env = {name: os.environ[name] for name in kept if name in os.environ}
        settings = {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "STORAGE_ROOT": str(folder / "storage"),
            "RONIN_DATA_DIR": str(folder / "data"),
            "SEGMENT_DURATION_MINUTES": "1",
            "RONIN_ADMIN_PASSWORD": PASSWORD,
        }
        log = folder / "log"
        self.processes = [start([self.program, "serve"], log, self.env | settings)]
        try:
            ready = eventually(
                "ronin is ready",
                lambda: re.search(r"ready: (http://\S+)", log.read_text()),
                alive=self.processes,
            )
        except Failed:
            self.stop()
            raise
        self.server = ready[1]

    def record(self, urls):
        client = {"RONIN_SERVER": self.server, "RONIN_USER": "admin", "RONIN_PASSWORD": PASSWORD}
        for n, url in enumerate(urls):
            add = [self.program, "camera", "add", f"Camera {n}", url, "--id", f"cam{n}"]
            output(*add, env=self.env | client)

    def files(self, n):
        return sorted((self.folder / "storage" / f"cam{n}").glob("*/*.mp4"))

    @functools.cached_property
    def session(self):
        """A session, over gRPC-web. A LoginRequest is two strings, and a LoginResponse begins with
        one."""
        strings = ((1, b"admin"), (2, PASSWORD.encode()))
        message = b"".join(bytes([tag << 3 | 2, len(text)]) + text for tag, text in strings)
        body = b"\0" + len(message).to_bytes(4, "big") + message
        kind = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
        url = f"{self.server}/ronin.v1.AuthService/Login"
        request = urllib.request.Request(url, body, kind)
        with urllib.request.urlopen(request, timeout=30) as answer:
            reply = answer.read()
        return reply[7 : 7 + reply[6]].decode()

    def live_segments(self, n):
        url = f"{self.server}/live/cam{n}/index.m3u8"
        bearer = {"authorization": f"Bearer {self.session}"}
        try:
            request = urllib.request.Request(url, headers=bearer)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode().count("#EXTINF")
        except urllib.error.HTTPError:
            return 0

    def stop(self):
        stop(self.processes)
