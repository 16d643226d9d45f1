"""What a reader needs of a page, measured in the browser."""

from __future__ import annotations

from playwright.sync_api import Page

#: Of each piece of text on its own, opaque background: its contrast by WCAG 2.2, its size and weight.
_CONTRASTS = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== "none") return null;
      const color = parse(style.backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || !element.checkVisibility() || box.width < 2 || box.right < 0) continue;
    if (element.matches(":disabled, noscript, svg *")) continue;
    const style = getComputedStyle(element);
    const background = behind(element);
    if (!background) continue;
    const [light, dark] = [luminance(parse(style.color)), luminance(background)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    found.push({
      text: element.textContent.trim().slice(0, 40),
      ratio: (light + 0.05) / (dark + 0.05),
      needed: large ? 3 : 4.5,
    });
  }
  return found;
}"""

_UNNAMED = """() => [...document.querySelectorAll("a, button, input, select, textarea")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.title || e.placeholder))
  .filter((e) => !(e.value || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 120))"""


def too_faint(page: Page) -> list[str]:
    """Return the texts whose contrast is below what WCAG AA asks for."""
    texts = page.evaluate(_CONTRASTS)
    assert texts, "no text was found"
    return [f"{t['text']} ({t['ratio']:.1f}, needs {t['needed']})" for t in texts if t["ratio"] < t["needed"]]


def unnamed(page: Page) -> list[str]:
    """Return the links and controls that a screen reader couldn't name."""
    return list(page.evaluate(_UNNAMED))


def headings(page: Page) -> list[int]:
    """Return the levels of the visible headings, in order."""
    visible = [h for h in page.locator("h1, h2, h3, h4").all() if h.is_visible()]
    return [int(h.evaluate("element => element.tagName[1]")) for h in visible]


def fonts(page: Page, selector: str) -> set[str]:
    """Return the fonts that the browser really draws an element's text with."""
    client = page.context.new_cdp_session(page)
    client.send("DOM.enable")
    client.send("CSS.enable")
    root = client.send("DOM.getDocument")["root"]["nodeId"]
    node = client.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    used = client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return {font["familyName"] for font in used}
