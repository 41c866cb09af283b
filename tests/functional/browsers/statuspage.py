# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the status page in Chromium: statuspage.py PIN HOST:PORT TLSDCTL...

The certificate's key has the hash PIN, and TLSDCTL is the command that controls the server, whose
configuration has names that are markup. Exits 0 if the page is as it should be. The server is
stopped then.
"""
import signal
import subprocess
import sys
import tempfile
import time

from devtools import Browser

# The sizes of screens, in pixels: desktop, telephone, the narrowest one.
SCREENS = [(1280, 900), (390, 844), (320, 568)]

# True if there are cells in the table of phases, and each has one line.
IS_WHOLE = """[...document.querySelectorAll("#slowest td")].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getClientRects().length;
}).every((lines, at, all) => lines === 1 && all.length >= 4)
    && document.querySelector("#slowest td") !== null"""


class Page:
    def __init__(self, browser, url):
        self.browser = browser
        self.url = url

    def load(self):
        why = self.browser.load(self.url)
        if why:
            sys.exit(f"{self.url}: {why}")

    def expect(self, expression, what):
        """Fails unless the expression of JavaScript is true now."""
        value = self.browser.evaluate(expression)
        if value is not True:
            sys.exit(f"{what}: {expression} is {value}\n{self.browser.text()}")

    def wait_for(self, expression, what):
        """Waits until the expression is true; fails if it never is."""
        deadline = time.monotonic() + 200
        while self.browser.evaluate(expression) is not True:
            if time.monotonic() > deadline:
                self.expect(expression, what)
            time.sleep(0.1)


def text_is(element, text):
    return f"document.getElementById('{element}')?.textContent.includes('{text}') === true"


def check_escapes(page):
    page.expect("document.scripts.length === 1", "only the script of tlsd is there")
    page.expect("document.querySelector('img, b, svg[onload]') === null", "no name is markup")
    page.expect("window.odd === undefined", "no name is run")
    page.expect("document.body.innerText.includes(\"<img src=x onerror='parent.odd=1'>&amp;\")",
                "names are shown as they are")


def check_screens(page):
    """The page fits on each screen, in both themes."""
    for width, height in SCREENS:
        page.browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                          deviceScaleFactor=1, mobile=width < 1000)
        for theme in ("light", "dark"):
            page.browser.call("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": theme}])
            page.load()
            page.expect("document.documentElement.scrollWidth <= innerWidth",
                        f"fits {width} pixels")
            page.expect(IS_WHOLE, f"no phase is hyphenated in {width} pixels")
            dark = "parseInt(getComputedStyle(document.body).backgroundColor.slice(4)) < 128"
            page.expect(f"({dark}) === {'true' if theme == 'dark' else 'false'}",
                        f"the theme is {theme}")


def check_renewal(page, control):
    """The content changes without a new page: of that, `mark` would be gone."""
    page.load()
    page.expect(text_is("state", "Running"), "the state")
    page.expect("document.title.startsWith('Running')", "the title")
    page.browser.evaluate("window.mark = 'old page'")
    page.browser.evaluate("window.first = document.getElementById('accepted').textContent")
    page.wait_for("document.getElementById('accepted').textContent !== window.first",
                  "the number of connections changes")
    page.expect("window.mark === 'old page'", "it was not loaded anew")
    subprocess.run(control + ["drain", "--timeout", "1ms"], check=False)
    page.wait_for(text_is("state", "Draining"), "the state changes")
    page.wait_for("document.title.startsWith('Draining')", "the title changes")
    subprocess.run(control + ["resume"], check=True)
    page.wait_for(text_is("state", "Running"), "the state changes back")
    page.expect("window.mark === 'old page'", "it was not loaded anew")
    page.expect("document.getElementById('notice').hidden", "no complaint")


def check_without_scripts(page):
    page.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    page.load()
    page.expect(text_is("state", "Running"), "the state is there without scripts")
    page.browser.call("Emulation.setScriptExecutionDisabled", value=False)


def check_loss(page, control):
    page.load()
    subprocess.run(control + ["stop"], check=True)
    page.wait_for("!document.getElementById('notice').hidden", "a lost server is told")
    page.expect("document.title.startsWith('No answer')", "in the title too")


def main():
    pin, address, control = sys.argv[1], sys.argv[2], sys.argv[3:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("chromium took too long"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        browser = Browser(pin, home)
        page = Page(browser, f"https://{address}/")
        try:
            browser.open_page()
            browser.watch_console()
            check_without_scripts(page)
            check_screens(page)
            check_escapes(page)
            check_renewal(page, control)
            # A draining server answers with 503, which the console shows too.
            complaints = [text for text in browser.complaints if "503" not in text]
            if complaints:
                sys.exit("the console complains: " + "; ".join(complaints))
            check_loss(page, control)
            browser.close()
        finally:
            browser.process.kill()


main()
