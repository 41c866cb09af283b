# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads pages in Chromium: chromium.py COUNT PIN < TARGETS

A line of TARGETS has a name, HOST:PORT, and the file whose text the page must show. The
certificate's key has the hash PIN. One browser loads all pages, and is told to by the pipe
of its DevTools protocol. Each page comes by a connection of its own, because the server
closes each. Prints how the pages of each target ended, and exits 0 if all came whole.
"""
import collections
import json
import os
import signal
import subprocess
import sys
import tempfile


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
        return json.loads(message)

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

    def text(self):
        return self.call("Runtime.evaluate",
                         expression="document.body.innerText")["result"]["value"]

    def close(self):
        self.page = None
        self.send("Browser.close")
        self.process.wait()


def main():
    count, pin = int(sys.argv[1]), sys.argv[2]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("chromium took too long"))
    failed = False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        browser = Browser(pin, home)
        try:
            browser.open_page()
            for name, address, path in (line.split() for line in sys.stdin):
                with open(path, encoding="ascii") as file:
                    wanted = file.read().strip()
                ends = collections.Counter()
                for number in range(count):
                    why = browser.load(f"https://{address}/{number}")
                    if why is None and browser.text().strip() != wanted:
                        why = "another text"
                    ends[why or "whole"] += 1
                print(name, dict(ends), flush=True)
                failed = failed or ends["whole"] != count
            browser.close()
        finally:
            browser.process.kill()
    sys.exit(failed)


main()
