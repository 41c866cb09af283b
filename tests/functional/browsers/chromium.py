# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads pages in Chromium: chromium.py COUNT PIN < TARGETS

A line of TARGETS has a name, HOST:PORT, and the file whose text the page must show. The
certificate's key has the hash PIN. One browser loads all pages, and is told to by the pipe
of its DevTools protocol. Each page comes by a connection of its own, because the server
closes each. Prints how the pages of each target ended, and exits 0 if all came whole.
"""
import collections
import signal
import sys
import tempfile

from devtools import Browser


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
