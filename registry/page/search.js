// The search field and the filters.
import {address, go, listKeys} from "./address.js";
import {element, part} from "./element.js";
import {Failure, read} from "./registry.js";

const typingPause = 120;
const longestSearch = 200;  // Bytes.

/** Narrow screens show the list or the tool. */
const narrow = matchMedia("(max-width: 52rem)");

let pause = 0;
let asking = new AbortController();

function fitting(text) {
  const encoder = new TextEncoder();
  while (encoder.encode(text).length > longestSearch) text = [...text].slice(0, -1).join("");
  return text;
}

function searchNow() {
  clearTimeout(pause);
  const search = fitting(part("search").value.trim());
  // Each word that was typed would be a step back.
  if (search !== address().search) go({search, ...(narrow.matches ? {tool: ""} : {})}, {replace: true});
}

export function startSearch(moveToResults) {
  const input = part("search");
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(searchNow, typingPause);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      moveToResults();
    } else if (event.key === "Escape" && input.value !== "") {
      event.preventDefault();
      input.value = "";
      searchNow();
    }
  });
  part("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    searchNow();
    moveToResults();
  });
  const filters = part("filters");
  filters.addEventListener("submit", (event) => {
    event.preventDefault();
    applyFilters();
  });
  filters.addEventListener("change", applyFilters);
  filters.elements.server.addEventListener("input", suggestServers);
  part("clear").addEventListener("click", () => {
    go({search: "", status: "", tag: "", server: ""});
    input.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]") !== null;
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  showSearch(address());
}

function applyFilters() {
  const {status, tag, server} = part("filters").elements;
  const next = {status: status.value, tag: tag.value.trim(), server: server.value.trim()};
  const now = address();
  if (Object.entries(next).some(([key, value]) => value !== now[key])) go(next);
}

/** Puts the state into the fields; not into the one that is being typed in. */
export function showSearch(state) {
  const {status, tag, server} = part("filters").elements;
  for (const [field, value] of [[part("search"), state.search], [status, state.status], [tag, state.tag], [server, state.server]]) {
    if (field !== document.activeElement || value === "" || field === status) field.value = value;
  }
  part("clear").hidden = !listKeys.some((key) => state[key] !== "");
}

function suggest(id, values) {
  const list = part(id);
  const known = new Set([...list.children].map((option) => option.value));
  for (const value of values) {
    if (!known.has(value) && list.childElementCount < 200) list.append(element("option", {value}));
    known.add(value);
  }
}

/** Offers the tags and servers of tools that were listed. */
export function suggestFrom(tools) {
  suggest("tags", tools.flatMap((tool) => tool.tags ?? []));
  suggest("servers", tools.map((tool) => tool.server?.name).filter((name) => typeof name === "string"));
}

/** Offers the servers whose names hold what was typed. */
async function suggestServers() {
  asking.abort();
  asking = new AbortController();
  const {signal} = asking;
  const typed = part("filters").elements.server.value.trim();
  if (typed.length < 3) return;
  try {
    const found = await read("v0.1/servers", {search: typed, version: "latest", limit: 20}, signal);
    suggest("servers", found.servers.map((each) => each.server.name));
  } catch (error) {
    // A suggestion less.
    if (!signal.aborted && !(error instanceof Failure)) throw error;
  }
}
