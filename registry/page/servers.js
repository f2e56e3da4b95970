// The servers: which there are, and one of them with what it offers, what is held back and why.
import {link} from "./address.js";
import {element, fill} from "./element.js";
import {failureNotice, notice} from "./notice.js";
import {observation, observedView, stateBadge} from "./observed.js";
import {Failure, path, read} from "./registry.js";
import {describeServer} from "./server.js";
import {counted, cut, shown, time} from "./text.js";

const pageSize = 50;
const mostTools = 100;
const official = "io.modelcontextprotocol.registry/official";

/** One server when `state` names it, else the list of all; filled when the registry has answered. */
export function serversView(state, signal) {
  const one = state.server !== "";
  const place = element("div.servers", {"aria-busy": "true"}, element("p.quiet", {}, "Reading…"));
  const load = async () => {
    try {
      fill(place, one ? await readOne(state.server, signal) : await readList(signal));
    } catch (error) {
      if (signal.aborted) return;
      fill(place, failureNotice(error, load));
      if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
    } finally {
      place.removeAttribute("aria-busy");
    }
  };
  load();
  return element("div", {},
    one ? element("p", {}, link("a", {tool: "", server: ""}, {}, "All servers")) : element("p.back", {}, link("a", {show: "", tool: ""}, {}, "All tools")),
    element("h1", {tabindex: "-1"}, one ? shown(state.server) : "Servers"), place);
}

async function readList(signal) {
  const list = element("ul.parts", {"aria-label": "Servers"});
  const add = async (cursor) => {
    const page = await read("v0.1/servers", {version: "latest", limit: pageSize, cursor}, signal);
    list.append(...page.servers.map(row));
    if (page.metadata?.nextCursor === undefined) return;
    const more = element("li.more", {});
    const next = () => add(page.metadata.nextCursor).then(() => more.remove(), (error) => fill(more, failureNotice(error, next)));
    fill(more, element("button.plain", {type: "button", onclick: next}, "Show more"));
    list.append(more);
  };
  await add("");
  return list.childElementCount > 0 ? list
    : notice("No server", "No server was published here, and no registered tool names the one that offers it.");
}

function row(entry) {
  const {server} = entry;
  const meta = entry._meta?.[official] ?? {};
  const observed = observation(server);
  return element("li", {},
    element("div.row-head", {}, link("a.row-title", {show: "servers", tool: "", search: "", tag: "", status: "", server: server.name}, {},
                                     shown(String(server.title ?? server.name))),
            stateBadge(meta, observed), element("span.row-version", {}, shown(cut(String(server.version), 24)))),
    element("code.row-name", {}, shown(server.name)),
    element("p.row-text", {}, [offered(server, observed), observed.heldCount > 0 ? `, ${observed.heldCount} held back` : "",
                               meta.updatedAt ? [", last changed on ", time(meta.updatedAt)] : ""]));
}

/** How many tools a server is known to offer: by who looked at it, by its publisher, by tools that name it. */
function offered(server, observed) {
  const names = server._meta?.["mcpregistry.dev/tools"] ?? server._meta?.["io.modelcontextprotocol.registry/publisher-provided"]?.tools;
  const count = Number.isInteger(observed.offered) ? observed.offered : Array.isArray(names) ? names.length : null;
  return count === null ? "Does not say which tools it offers" : counted(count, "tool");
}

async function readOne(name, signal) {
  const entry = await read(path("v0.1/servers", name, "versions", "latest"), {}, signal);
  const observed = observation(entry.server);
  const manager = observed.managedBy;
  const filter = manager === null ? {server: name} : {managed_by: `${manager.kind}/${manager.namespace}/${manager.name}`};
  const {tools} = await read("api/v1/tools", {...filter, limit: mostTools, fields: "title,version,status"}, signal);
  return [observedView(entry, observed), toolsOf(name, tools), describeServer(entry, "As it is published")];
}

function toolsOf(server, tools) {
  return element("section", {"aria-labelledby": "offers-heading"}, element("h2", {id: "offers-heading"}, "Tools"),
    tools.length === 0 ? element("p.quiet", {}, "None of its tools is registered.")
      : element("ul.plain-list", {}, tools.map((tool) => element("li", {},
          link("a", {tool: tool.name}, {}, shown(tool.title ?? tool.name)), " ", element("code.quiet", {}, shown(tool.name)), " ",
          element("span.row-version", {}, shown(cut(tool.version, 24))),
          tool.status === "deprecated" ? [" ", element("span.badge.warn", {}, "Deprecated")] : null))),
    tools.length < mostTools ? null : element("p", {}, link("a", {show: "", tool: "", server}, {}, "All tools of this server")));
}
