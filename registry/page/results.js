// The list of tools: a page of the API at a time, more as the reader scrolls.
import {address, link, listKeys} from "./address.js";
import {element, fill, part} from "./element.js";
import {failureNotice, notice} from "./notice.js";
import {Failure, read} from "./registry.js";
import {suggestFrom} from "./search.js";
import {counted, cut, shown, wordsOf} from "./text.js";

const pageSize = 50;
const fields = "title,version,description,tags,status,server";

let loading = new AbortController();
let pending = null;  // The promise of the first page.
let cursor = "";
let failed = false;
let list = element("ul.rows", {});
let more = null;

const whenSeen = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) showMore();
}, {rootMargin: "600px"});

/** Shows the first page of what `state` asks for. */
export function showResults(state) {
  loading.abort();
  loading = new AbortController();
  pending = loadFirst(state, loading.signal);
  return pending;
}

async function readPage(state, signal) {
  const query = Object.fromEntries(listKeys.map((key) => [key, state[key]]));
  return read("api/v1/tools", {limit: pageSize, fields, ...query, cursor}, signal);
}

async function loadFirst(state, signal) {
  const place = part("results");
  place.setAttribute("aria-busy", "true");
  cursor = "";
  try {
    const page = await readPage(state, signal);
    failed = false;
    list = element("ul.rows", {"aria-label": "Tools"});
    fill(place, page.tools.length > 0 ? list : nothing(state, page));
    place.scrollTop = 0;
    addPage(state, page);
    part("count").textContent = summary(state, page);
  } catch (error) {
    if (signal.aborted) return;
    failed = true;
    part("count").textContent = "";
    fill(place, failureNotice(error, () => showResults(address())));
    if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
  }
  place.removeAttribute("aria-busy");
}

function addPage(state, page) {
  const words = wordsOf(state.search);
  more?.remove();
  whenSeen.disconnect();
  list.append(...page.tools.map((tool) => row(tool, state, words)));
  suggestFrom(page.tools);
  cursor = page.nextCursor ?? "";
  if (cursor === "") return;
  more = element("li.more", {}, element("button.plain", {type: "button", onclick: showMore}, "Show more"));
  list.append(more);
  whenSeen.observe(more);
}

async function showMore() {
  const {signal} = loading;
  const state = address();
  whenSeen.disconnect();
  try {
    addPage(state, await readPage(state, signal));
  } catch (error) {
    if (signal.aborted) return;
    fill(more, failureNotice(error, showMore));
    if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
  }
}

function row(tool, state, words) {
  const title = tool.title ?? tool.name;
  return element("li", {}, link("a.row", {tool: tool.name}, {"aria-current": tool.name === state.tool ? "true" : null, "data-tool": tool.name},
    element("span.row-head", {}, element("span.row-title", {}, shown(title, words)),
            tool.status === "deprecated" ? element("span.badge.warn", {}, "Deprecated") : null,
            element("span.row-version", {}, shown(cut(tool.version, 24)))),
    tool.title === undefined ? null : element("code.row-name", {}, shown(tool.name, words)),
    tool.description ? element("span.row-text", {}, shown(cut(tool.description, 200), words)) : null));
}

function isFiltered(state) {
  return listKeys.some((key) => state[key] !== "");
}

function summary(state, page) {
  if (page.tools.length === 0) return "";
  if (page.total !== undefined) return counted(page.total, "tool");
  if (page.nextCursor !== undefined) return `More than ${counted(page.tools.length, "tool")}${state.search === "" ? "" : ", best first"}`;
  return counted(page.tools.length, "tool");
}

function nothing(state, page) {
  if (isFiltered(state)) {
    const what = state.search === "" ? "No tool passes these filters." : ["No tool has “", shown(cut(state.search, 80)), "” in its name, title, description, tags or server."];
    return element("div", {role: "status"}, notice("No match", null, element("p", {}, what)));
  }
  return element("div", {role: "status"}, notice("This registry is empty", null,
    element("p", {}, "Nothing is registered yet. An MCPTool resource registers tools, and so does a request:"),
    element("pre", {}, `curl ${new URL("api/v1/tools", document.baseURI).href} \\\n  -H 'Content-Type: application/json' \\\n` +
                       `  -d '{"name": "hello", "inputSchema": {"type": "object"}}'`)));
}

export function retryResults() {
  if (failed) showResults(address());
}

/** Marks the tool that is open. */
export function markCurrent(state) {
  for (const each of list.querySelectorAll("a.row[aria-current]")) each.removeAttribute("aria-current");
  rowOf(state.tool)?.setAttribute("aria-current", "true");
}

function rowOf(name) {
  return name === "" ? null : list.querySelector(`a.row[data-tool="${CSS.escape(name)}"]`);
}

/** Moves the focus to the row of the tool `name`, or to the first one, once the list is there. False when there is none. */
export async function focusResults(name = "") {
  await pending;
  const target = rowOf(name) ?? list.querySelector("a.row");
  target?.focus();
  return target !== null && target.isConnected;
}

export function startResults() {
  part("results").addEventListener("keydown", (event) => {
    const here = event.target.closest("a.row");
    if (here === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...list.querySelectorAll("a.row")];
    const at = rows.indexOf(here);
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1}[event.key];
    if (to === undefined && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape" || to < 0) part("search").focus();
    else rows[to]?.focus();
  });
}
