# SPDX-License-Identifier: Apache-2.0
"""A browser without a screen, driven through chromedriver (W3C WebDriver, which is JSON over HTTP)."""

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    def __init__(self, driver="chromedriver", **preferences):
        """`preferences`: dark, scripts."""
        self.folder = tempfile.TemporaryDirectory(prefix="tcm-browser-")
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self.process = subprocess.Popen(
            [driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Its sandbox does not work as root, which tests may be.
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--user-data-dir={self.folder.name}"]
        if preferences.get("dark"):
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments, "binary": shutil.which("chromium")}
        if not preferences.get("scripts", True):
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = ""
        for attempt in range(100):
            try:
                answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
                self.session = f"/session/{answer['sessionId']}"
                return
            except urllib.error.URLError as error:
                if isinstance(error, urllib.error.HTTPError) or attempt == 99:
                    detail = error.read().decode() if isinstance(error, urllib.error.HTTPError) else ""
                    self.close()
                    raise RuntimeError(f"no browser: {error} {detail}") from error
                time.sleep(0.2)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.address + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path, width=1280, height=900):
        self.call("POST", self.session + "/window/rect", {"width": width, "height": height})
        self.call("POST", self.session + "/url", {"url": f"file://{path}"})

    def narrow(self, width, height=800):
        """The size of a telephone, which no window has."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def devtools(self, command, **parameters):
        return self.call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script, *arguments):
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def log(self):
        """What the console says since it was asked last: errors and violations of the page's policy."""
        return self.call("POST", self.session + "/se/log", {"type": "browser"})

    def screenshot(self, path, whole=False):
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        if self.session:
            try:
                self.call("DELETE", self.session)
            except (OSError, urllib.error.URLError):
                pass
        self.process.terminate()
        self.process.wait(10)
        self.folder.cleanup()
