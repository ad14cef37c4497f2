// Checks beside axe-core's; the answer is a sentence for each flaw.
() => {
  const found = [];
  const name = it => it.tagName.toLowerCase() + (it.id ? `#${it.id}` : "")
    + (it.className && it.className.baseVal === undefined ? `.${it.className}` : "");

  const ids = [...document.querySelectorAll("[id]")].map(it => it.id);
  for (const id of ids.filter((id, place) => ids.indexOf(id) !== place))
    found.push(`the id ${id} is there twice`);

  const referring = /^(for|headers|aria-(labelledby|describedby|controls|owns|details|errormessage|activedescendant|flowto))$/;
  for (const it of document.querySelectorAll("*"))
    for (const { name: attribute, value } of it.attributes)
      if (referring.test(attribute))
        for (const id of value.split(/\s+/))
          if (!document.getElementById(id)) found.push(`${name(it)}: ${attribute} names ${id || "nothing"}`);

  for (const it of document.querySelectorAll("svg"))
    if (it.getAttribute("aria-hidden") !== "true" && !it.closest("[aria-hidden=true]") && it.getAttribute("role") !== "img")
      found.push("a drawing is not hidden from screen readers");

  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`scrolls sideways, ${document.documentElement.scrollWidth} > ${innerWidth}`);

  for (const it of document.querySelectorAll("main *, footer *")) {
    const cuts = ["hidden", "clip"].includes(getComputedStyle(it).overflowX) && it.scrollWidth > it.clientWidth + 1;
    if (cuts && it.offsetParent && !it.matches(".visually-hidden, input, textarea"))
      found.push(`${name(it)} is cut off`);
  }

  // WCAG 2.2, 2.5.8: 24 by 24 pixels, or a circle of 24 pixels that touches no other target.
  const targets = [...document.querySelectorAll("a[href], button, summary, textarea, select, input:not([type=hidden])")]
    .filter(it => it.checkVisibility({ visibilityProperty: true }));
  const boxes = targets.map(it => it.getBoundingClientRect());
  const small = box => box.width < 24 || box.height < 24;
  const centre = box => [box.x + box.width / 2, box.y + box.height / 2];
  boxes.forEach((box, one) => {
    if (!small(box)) return;
    const [x, y] = centre(box);
    boxes.forEach((other, two) => {
      if (one === two) return;
      const [u, v] = small(other) ? centre(other)
        : [Math.min(Math.max(x, other.left), other.right), Math.min(Math.max(y, other.top), other.bottom)];
      if (Math.hypot(u - x, v - y) < (small(other) ? 24 : 12))
        found.push(`${name(targets[one])} is small and close to ${name(targets[two])}`);
    });
  });

  // WCAG 2.2, 2.4.7 and 2.4.11: focus is seen, and nothing covers it.
  for (const it of targets.filter(it => !it.disabled)) {
    it.focus();
    it.scrollIntoView({ block: "nearest", behavior: "instant" });
    if (document.activeElement !== it) { found.push(`${name(it)} takes no focus`); continue; }
    // Of a link over several lines, the first line that is in the window.
    const lines = [...it.getClientRects()];
    const style = getComputedStyle(it), box = lines.find(line => line.bottom > 0 && line.top < innerHeight) ?? lines[0];
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) found.push(`${name(it)} shows no focus`);
    const seen = Math.max(box.top, 0) + Math.min(box.bottom, innerHeight);
    const top = document.elementFromPoint(box.x + box.width / 2, seen / 2);
    if (!top || !(it.contains(top) || top.contains(it))) found.push(`${name(it)} has focus, and is covered`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return [...new Set(found)];
}
