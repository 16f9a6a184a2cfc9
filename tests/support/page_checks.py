"""What a page must keep to: accessibility, elder-first sizes, no sideways scroll, few bytes."""

from importlib.resources import files

from playwright.sync_api import Page, Request, ViewportSize

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_MEASURE = (files("tests.support") / "measure_page.js").read_text(encoding="utf-8")
# Without this list axe leaves out target sizes.
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Everything else it found out takes longer to bring over than to find out.
_RUN_AXE = """async tags => {
    const options = {runOnly: tags, resultTypes: ["violations"]};
    return (await axe.run(document, options)).violations;
}"""
_NARROW_VIEWPORT: ViewportSize = {"width": 320, "height": 640}


def page_faults(page: Page) -> list[str]:
    """Everything on the page that axe or the measurements find fault with; empty when good."""
    return accessibility_faults(page) + size_faults(page) + narrow_faults(page)


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds: its rule, what the rule says, and the offending element."""
    page.evaluate(_AXE)
    violations = page.evaluate(_RUN_AXE, _AXE_TAGS)
    return [
        f"{violation['id']}: {violation['help']}: {node['html']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def size_faults(page: Page) -> list[str]:
    """Text below 18 px, narrow lines, targets below 48 px (`.main-action`: 60 px)."""
    return list(page.evaluate(_MEASURE))


def narrow_faults(page: Page) -> list[str]:
    """What breaks for a reader who enlarges text to 30 px on a screen of 320 px."""
    viewport = page.viewport_size
    page.set_viewport_size(_NARROW_VIEWPORT)
    page.evaluate("() => { document.documentElement.style.fontSize = '30px' }")
    faults = page.evaluate("""() => {
        const faults = [];
        const wide = document.documentElement.scrollWidth;
        const room = document.documentElement.clientWidth;
        if (wide > room)
            faults.push(`page of ${wide} px scrolls sideways at ${room} px`);
        const text = getComputedStyle(document.querySelector("main") || document.body).fontSize;
        if (parseFloat(text) < 30) faults.push(`main text stays at ${text} when enlarged to 30px`);
        return faults;
    }""")
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    if viewport:
        page.set_viewport_size(viewport)
    return list(faults)


def bytes_transferred(page: Page, url: str) -> int:
    """Open `url` and count the bytes that came for it, headers and everything it loads included.

    The page must be fresh, because what lies in its cache is not transferred again.
    """
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    page.goto(url, wait_until="networkidle")
    page.remove_listener("requestfinished", note)
    sizes = [request.sizes() for request in requests]
    return sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes)
