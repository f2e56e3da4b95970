// One tool.
import {address, go, link} from "./address.js";
import {copyButton} from "./copy.js";
import {element, fill, part} from "./element.js";
import {jsonBox} from "./json_text.js";
import {failureNotice} from "./notice.js";
import {overview} from "./overview.js";
import {Failure, path, read, readText} from "./registry.js";
import {serverView} from "./server.js";
import {serversView} from "./servers.js";
import {shown, time} from "./text.js";
import {versionsView} from "./versions.js";
import {welcome} from "./welcome.js";

const views = [["", "Overview"], ["versions", "Versions"], ["server", "Server"], ["json", "JSON"]];

let loading = new AbortController();
let viewing = new AbortController();
let loaded = null;  // {tool, text, list} of what is shown.
let failed = false;

/** Shows what `state` names; `focus` moves the focus there once it is shown. */
export async function showTool(state, {focus = false} = {}) {
  loading.abort();
  loading = new AbortController();
  const {signal} = loading;
  const main = part("tool");
  document.body.classList.toggle("has-tool", state.tool !== "" || showsServers(state));
  if (state.tool === "") {
    viewing.abort();
    viewing = new AbortController();
    loaded = null;
    failed = false;
    document.title = showsServers(state) ? `${state.server || "Servers"} · MCP registry` : "MCP registry";
    fill(main, showsServers(state) ? serversView(state, viewing.signal) : welcome());
    main.removeAttribute("aria-busy");
    if (focus) main.querySelector("h1").focus();
    return;
  }
  main.setAttribute("aria-busy", "true");
  try {
    loaded = await load(state, signal);
    failed = false;
    fill(main, back(), head(), tabs(state), element("div", {id: "view"}));
    showView(state);
    document.title = `${loaded.tool.name} · MCP registry`;
  } catch (error) {
    if (signal.aborted) return;
    viewing.abort();
    loaded = null;
    failed = true;
    document.title = `${state.tool} · MCP registry`;
    fill(main, back(), failureNotice(error, () => showTool(address())));
    if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
  }
  main.removeAttribute("aria-busy");
  main.scrollTop = 0;
  if (focus) (main.querySelector("h1") ?? main).focus();
}

function showsServers(state) {
  return state.tool === "" && state.show === "servers";
}

/** The address has changed from `before` to `state`. */
export function updateTool(state, before, options) {
  if (state.tool !== before.tool || state.version !== before.version || (loaded === null && state.tool !== "")) {
    showTool(state, {focus: options.focus && state.tool !== before.tool});
  } else if (showsServers(state) !== showsServers(before) || (showsServers(state) && state.server !== before.server)) {
    showTool(state, options);
  } else if (loaded !== null && ["view", "from", "to"].some((key) => state[key] !== before[key])) {
    part("tool").querySelector("nav.tabs").replaceWith(tabs(state));
    showView(state);
    // What had the focus may be gone: it is to be where what was asked for is.
    if (document.activeElement !== document.body) return;
    const compared = state.view === before.view && state.view === "versions";
    const heading = compared ? part("compare-heading") : null;
    (heading ?? part("tool").querySelector("nav.tabs [aria-current]")).focus();
  }
}

export function retryTool() {
  if (failed) showTool(address());
}

async function load(state, signal) {
  const where = path("api/v1/tools", state.tool);
  const [text, list] = await Promise.all([readText(where, {version: state.version}, signal), read(where + "/versions", {}, signal)]);
  return {tool: JSON.parse(text), text, list};
}

function showView(state) {
  viewing.abort();
  viewing = new AbortController();
  const {tool, text, list} = loaded;
  const made = state.view === "versions" ? versionsView(tool, list, state, viewing.signal)
    : state.view === "server" ? serverView(tool, viewing.signal)
    : state.view === "json" ? element("section", {"aria-label": "JSON"}, jsonBox(text, "The tool as JSON"))
    : overview(tool);
  fill(part("view"), made);
}

function back() {
  return element("p.back", {}, link("a", {tool: ""}, {}, "All tools"));
}

function head() {
  const {tool, list} = loaded;
  const title = tool.title ?? tool.annotations?.title;
  const isLatest = tool.version === list.latest;
  const select = element("select", {onchange: () => go({version: select.value === list.latest ? "" : select.value, from: "", to: ""})},
    list.versions.map(({version}) =>
      element("option", {value: version, selected: version === tool.version}, version + (version === list.latest ? " (latest)" : ""))));
  return element("header.tool-head", {},
    element("h1", {tabindex: "-1"}, shown(title ?? tool.name)),
    element("p.tool-name", {}, element("code", {}, shown(tool.name)), " ", copyButton(() => tool.name, "Copy name")),
    element("p.tool-state", {}, element("label", {}, "Version ", select),
            tool.status === "deprecated" ? element("span.badge.warn", {}, "Deprecated") : element("span.badge.good", {}, "Active"),
            isLatest ? null : link("a", {version: ""}, {}, `Go to the latest, ${list.latest}`)),
    tool.status === "deprecated" ? deprecation(tool) : null);
}

function deprecation(tool) {
  return element("div.callout.warn", {},
    element("p", {}, element("strong", {}, "Deprecated"), tool.statusChangedAt ? [" on ", time(tool.statusChangedAt)] : null, ". ",
            tool.statusMessage ? shown(tool.statusMessage) : null),
    tool.replacement ? element("p", {}, "Use ", link("a", {tool: tool.replacement}, {}, element("code", {}, shown(tool.replacement))),
                               " in its place.") : null);
}

function tabs(state) {
  const known = views.some(([view]) => view === state.view) ? state.view : "";
  return element("nav.tabs", {"aria-label": "Of this tool"}, views.map(([view, label]) =>
    link("a", {view, from: "", to: ""}, {"aria-current": view === known ? "page" : null}, label)));
}
