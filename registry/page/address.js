// What the page shows, as the query of its address: every state is a link.
import {element} from "./element.js";

const keys = ["search", "status", "tag", "server", "show", "tool", "version", "view", "from", "to"];
/** What narrows the list. */
export const listKeys = ["search", "status", "tag", "server"];
const ofTool = ["version", "view", "from", "to"];
const watchers = [];
let current = parse();

function parse() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(keys.map((key) => [key, query.get(key) ?? ""]));
}

/** The state with `changes` made. Another tool starts at its latest version. */
function changed(changes) {
  const next = {...current, ...changes};
  if ("tool" in changes) {
    for (const key of ofTool) next[key] = changes[key] ?? "";
  }
  return next;
}

/** The present state, a string for every key, empty for none. */
export function address() {
  return current;
}

/** The address of the state with `changes` made. */
export function hrefTo(changes) {
  const next = changed(changes);
  const query = new URLSearchParams(keys.filter((key) => next[key] !== "").map((key) => [key, next[key]])).toString();
  return query === "" ? "./" : "?" + query;
}

/** Goes there; `replace` leaves no step for the back button. */
export function go(changes, {replace = false} = {}) {
  const href = hrefTo(changes);
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  update();
}

/** Calls `watcher` with the new state and the one before, whenever it changes. */
export function watch(watcher) {
  watchers.push(watcher);
}

function update() {
  const before = current;
  current = parse();
  for (const watcher of watchers) watcher(current, before);
}

/** A link to the state with `changes` made, followed without loading the page again. */
export function link(selector, changes, attributes, ...children) {
  return element(selector, {...attributes, href: hrefTo(changes), "data-go": true}, ...children);
}

export function follow() {
  addEventListener("popstate", update);
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[data-go]");
    if (anchor === null || anchor === undefined || event.defaultPrevented) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (anchor.href !== location.href) history.pushState(null, "", anchor.href);
    update();
  });
}
