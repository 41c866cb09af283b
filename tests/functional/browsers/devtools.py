# SPDX-License-Identifier: GPL-3.0-or-later
"""One Chromium without a window, told what to do by the pipe of its DevTools protocol."""
import json
import os
import subprocess
import sys


class Browser:
    def __init__(self, pin, home):
        # The shell gives the browser the descriptors 3 and 4, which the protocol wants.
        to_read, self.commands = os.pipe()
        self.answers, to_write = os.pipe()
        command = f'exec 3<&{to_read} 4>&{to_write}; exec "$0" "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "chromium", "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-extensions",
             "--remote-debugging-pipe", f"--ignore-certificate-errors-spki-list={pin}",
             f"--user-data-dir={home}", "about:blank"],
            env=dict(os.environ, HOME=home), pass_fds=(to_read, to_write),
            stdout=sys.stderr)
        os.close(to_read)
        os.close(to_write)
        self.unread = b""
        self.sent = 0
        self.page = None
        self.complaints = []

    def send(self, method, **parameters):
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": parameters}
        if self.page:
            message["sessionId"] = self.page
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        return self.sent

    def receive(self):
        while b"\0" not in self.unread:
            more = os.read(self.answers, 1 << 20)
            if not more:
                sys.exit("chromium has ended")
            self.unread += more
        message, self.unread = self.unread.split(b"\0", 1)
        message = json.loads(message)
        self.note(message)
        return message

    def note(self, message):
        """Keeps the errors that the console shows, such as violations of a policy."""
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"]["text"])

    def call(self, method, **parameters):
        number = self.send(method, **parameters)
        while True:
            message = self.receive()
            if message.get("id") == number:
                return message["result"]

    def open_page(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.page = self.call("Target.attachToTarget", targetId=target,
                              flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")
        self.call("Network.setCacheDisabled", cacheDisabled=True)

    def load(self, url):
        """Returns the reason why the page did not load, or None."""
        number = self.send("Page.navigate", url=url)
        answered = shown = False
        while not (answered and shown):
            message = self.receive()
            if message.get("id") == number:
                answered = True
                if message["result"].get("errorText"):
                    return message["result"]["errorText"]
            shown = shown or message.get("method") == "Page.loadEventFired"
        return None

    def watch_console(self):
        self.call("Log.enable")
        self.call("Runtime.enable")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression)["result"]
        return result.get("value", result.get("description"))

    def text(self):
        return self.evaluate("document.body.innerText")

    def close(self):
        self.page = None
        self.send("Browser.close")
        self.process.wait()
