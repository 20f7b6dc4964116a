"""Tabs that one visit after the other uses: opening one takes a third of a short visit's time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, Page

LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
MAX_VISITS = 25
"""After so many, a tab is closed: what its process holds is given back."""
PASSING = {
    *("check", "click", "dispatch_event", "eval_on_selector", "evaluate"),
    *("expect_download", "expect_file_chooser", "expect_response", "fill", "focus"),
    *("get_attribute", "get_by_label", "get_by_role", "goto", "hover", "inner_text"),
    *("input_value", "is_checked", "is_disabled", "is_enabled", "is_hidden", "is_visible"),
    *("locator", "mouse", "query_selector", "reload", "route", "select_option", "set_checked"),
    *("set_input_files", "text_content", "unroute", "url", "wait_for_function"),
    *("wait_for_selector", "wait_for_timeout"),
}
"""What a test may use of a page and leave nothing that `Tab.clear` does not clear. Any other, such
as a clock, a script for each load, a listener, a held key or the context itself, may outlast it."""


class Watched:
    """A page that notes whether a test has used more of it than `PASSING`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.is_changed = False

    def __getattr__(self, name: str) -> Any:
        self.is_changed |= name not in PASSING
        return getattr(self._page, name)


class Tab:
    """A page in a context of its own, without any storage when a visit begins."""

    def __init__(self, browser: Browser, options: dict[str, Any]) -> None:
        self.context = browser.new_context(**options)
        self.context.add_init_script(LISTEN)
        self.page = self.context.new_page()
        self.visits = 0

    def clear(self, origin: str) -> None:
        """Leave the page, and forget its routes, where the mouse is, and all that is stored."""
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.goto("about:blank")
        self.page.mouse.up()
        self.page.mouse.move(-1, -1)
        system = self.context.new_cdp_session(self.page)
        system.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        system.detach()


_idle: WeakKeyDictionary[Browser, list[Tab]] = WeakKeyDictionary()


@contextmanager
def tab_for(
    browser: Browser, origin: str, options: dict[str, Any], *, is_shared: bool
) -> Iterator[tuple[Page, Page]]:
    """Provide a page without a past, and the same page as tests get it.

    A shared one may have been used before, and the browser then has the page's own files in its
    cache. It is used again if the visit passed, ended at its server, and used nothing of the page
    that outlasts a visit.
    """
    idle = _idle.setdefault(browser, []) if is_shared else []
    tab = idle.pop() if idle else Tab(browser, options)
    watched, is_clear = Watched(tab.page), False
    try:
        yield tab.page, cast("Page", watched)
        tab.visits += 1
        is_unchanged = not watched.is_changed and tab.page.url.startswith(f"{origin}/")
        if is_shared and is_unchanged and tab.visits < MAX_VISITS:
            tab.clear(origin)
            idle.append(tab)
            is_clear = True
    finally:
        if not is_clear:
            tab.context.close()
