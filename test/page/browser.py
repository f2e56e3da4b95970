"""Chromium without a window."""

import json
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PATIENCE = 10  # Seconds that a condition is waited for.


class Browser:
    """Each open() starts from a fresh page; what it asked of the network and said on its console is kept until then."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="page-test-chromium.")
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                       "--disable-background-networking", "--disable-component-update", "--disable-sync",
                       "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,860",
                       "--disable-features=OptimizationHints,MediaRouter,Translate", "--user-data-dir=" + self.profile):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_script_timeout(PATIENCE)
        self.requests, self.console = [], []

    def quit(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, **features):
        self.command("Emulation.setEmulatedMedia", features=[{"name": name.replace("_", "-"), "value": value}
                                                             for name, value in features.items()])

    def open(self, url):
        self.driver.get("about:blank")
        self.collect()
        self.requests, self.console = [], []
        self.driver.get(url)

    def collect(self):
        """Adds to `requests` (URLs) and `console` (texts) what came since the last call."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        self.console += [entry["message"] for entry in self.driver.get_log("browser")]

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """What is read of the first such element; empty when there is none."""
        return self.run("const e = document.querySelector(arguments[0]); return e === null ? '' : e.innerText;", selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText);", selector)

    def wait(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                value = condition()
            except StaleElementReferenceException:
                value = None
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain: {what}\nat {self.driver.current_url}\nthe page says:\n{self.text('body')[:1500]}")
            time.sleep(0.02)

    def wait_for(self, selector, text=""):
        """Waits until an element is there and holds `text`; gives it."""
        def find():
            return next((each for each in self.all(selector) if each.is_displayed() and text in each.text), None)
        return self.wait(f"{selector} with '{text}'", find)

    def wait_quiet(self):
        """Waits until nothing is loading."""
        self.wait("the page to be loaded", lambda: self.run(
            "return document.querySelector('[aria-busy=true]') === null && document.getElementById('tool').childElementCount > 0"
            " && document.getElementById('results').childElementCount > 0"))

    def click(self, selector, text=""):
        self.wait_for(selector, text).click()

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*[getattr(Keys, key, key) for key in keys]).perform()

    def type(self, selector, text):
        self.wait_for(selector).send_keys(text)

    def focused(self):
        """The focused element: its id, or for a row of the list the tool's name, or its tag."""
        return self.run("const e = document.activeElement; return e.dataset.tool ?? (e.id || e.tagName.toLowerCase());")

    def rows(self):
        return self.run("return [...document.querySelectorAll('a.row')].map((row) => row.dataset.tool);")

    def query(self):
        return self.run("return Object.fromEntries(new URLSearchParams(location.search));")

    def width_too_large(self):
        """By how many pixels the page is wider than its window."""
        return self.run("return document.documentElement.scrollWidth - innerWidth;")

    def shoot(self, path):
        self.driver.save_screenshot(path)
