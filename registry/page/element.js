// Elements. Text reaches the document as text nodes only: nothing here, or anywhere in the page, parses markup.

/**
 * element("a.name", {href: "?x", onclick: f}, "text", child, [more]): a tag with classes, attributes, children.
 * Attributes that are null, undefined or false are left out; functions become listeners; null children are skipped.
 */
export function element(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  append(made, children);
  return made;
}

/** Appends nodes and texts, in lists of any depth. */
export function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child);
  }
}

/** Puts `children` in the place of what `parent` has. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** The element of index.html with this id. */
export function part(id) {
  return document.getElementById(id);
}
