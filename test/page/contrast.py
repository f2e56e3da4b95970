"""Contrast of texts with what is behind them (WCAG 2.2, success criterion 1.4.3)."""

# For every visible text: what it is, its colour, and the colours behind it from the innermost out.
COLOURS = """
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
  const element = node.parentElement;
  if (node.data.trim() === "" || !element.checkVisibility({checkOpacity: true}) || element.closest(".skip, .unseen-text, option, datalist")) continue;
  const behind = [];
  for (let at = element; at !== null; at = at.parentElement) behind.push(getComputedStyle(at).backgroundColor);
  found.push([node.data.trim().slice(0, 40), getComputedStyle(element).color, behind]);
}
return found;
"""


def channels(colour):
    """(red, green, blue, alpha) of "rgb(1, 2, 3)" or "rgba(1, 2, 3, 0.5)"."""
    numbers = [float(each) for each in colour[colour.index("(") + 1:-1].split(",")]
    return (*numbers, 1.0) if len(numbers) == 3 else tuple(numbers)


def luminance(colour):
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (each / 255 for each in colour[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lowest(browser):
    """(ratio, text) of the text that is hardest to read."""
    worst = (21.0, "")
    for text, colour, behind in browser.run(COLOURS):
        backgrounds = [each for each in map(channels, behind) if each[3] > 0]
        background = backgrounds[0] if backgrounds else (255, 255, 255, 1.0)
        worst = min(worst, (ratio(channels(colour), background), text))
    return worst
