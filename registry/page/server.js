// The server that offers a tool, as the official registry API shows it.
import {link} from "./address.js";
import {element, fill} from "./element.js";
import {facts} from "./facts.js";
import {jsonBox} from "./json_text.js";
import {failureNotice} from "./notice.js";
import {Failure, path, read} from "./registry.js";
import {shown, time} from "./text.js";

const official = "io.modelcontextprotocol.registry/official";
const upstream = "mcpregistry.dev/upstream";

/** The view; filled when the registry has answered. */
export function serverView(tool, signal) {
  const view = element("div", {"aria-live": "polite"});
  if (typeof tool.server?.name !== "string") {
    fill(view, element("p.quiet", {}, "This tool does not say which server offers it."));
    return view;
  }
  fill(view, element("p.quiet", {}, "Reading…"));
  const load = async () => {
    try {
      fill(view, describeServer(await readServer(tool, signal)));
    } catch (error) {
      if (signal.aborted) return;
      fill(view, failureNotice(error, load));
      if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
    }
  };
  load();
  return view;
}

/** The version that the tool names, or the latest one. */
async function readServer(tool, signal) {
  const versionPath = (version) => path("v0.1/servers", tool.server.name, "versions", version);
  try {
    return await read(versionPath(tool.server.version ?? tool.version), {}, signal);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "missing") throw error;
  }
  return read(versionPath("latest"), {}, signal);
}

/** What a server.json says. The heading is its title where no other is given. */
export function describeServer({server, _meta}, heading = null) {
  const meta = _meta?.[official] ?? {};
  const remotes = objectsOf(server.remotes);
  const packages = objectsOf(server.packages);
  return element("div", {},
    element("section", {"aria-labelledby": "server-heading"},
      element("h2", {id: "server-heading"}, heading ?? shown(String(server.title ?? server.name))),
      typeof server.description === "string" ? element("p.prose", {}, shown(server.description)) : null,
      facts(["Name", element("code", {}, shown(server.name))],
            ["Version", [shown(String(server.version)), meta.isLatest ? ", the latest" : ""]],
            ["Status", meta.status === "active" ? "Active" : statusOf(meta)],
            ["Published", meta.publishedAt ? time(meta.publishedAt) : null],
            ["Taken in from", originOf(_meta?.[upstream])],
            ["Website", external(server.websiteUrl)],
            ["Source", external(server.repository?.url)],
            ["Tools", link("a", {show: "", server: server.name, search: "", tag: "", status: ""}, {}, "All tools of this server")],
            ["More", heading !== null ? null
              : link("a", {show: "servers", tool: "", server: server.name, search: "", tag: "", status: ""}, {}, "All that is known of this server")])),
    remotes.length === 0 ? null : element("section", {}, element("h2", {}, "Where it runs"),
      element("ul.plain-list", {}, remotes.map((each) => element("li", {}, element("span.role", {}, shown(String(each.type))), " ",
                                                                 element("code", {}, shown(String(each.url)))))),),
    packages.length === 0 ? null : element("section", {}, element("h2", {}, "Packages"),
      element("ul.plain-list", {}, packages.map((each) => element("li", {},
        element("span.role", {}, shown(String(each.registryType))), " ", element("code", {}, shown(String(each.identifier))), " ",
        each.version === undefined ? null : shown(String(each.version)), " ",
        element("span.type", {}, shown(String(each.transport?.type ?? ""))))))),
    element("section", {}, element("h2", {}, "server.json"), jsonBox(JSON.stringify(server), "server.json")));
}

/** The entries of a list that can have members: what a tool says of its server was not always checked. */
function objectsOf(list) {
  return Array.isArray(list) ? list.filter((each) => each !== null && typeof each === "object") : [];
}

/** The other registry that has the server; null for one that is published here. */
function originOf(origin) {
  return origin === undefined ? null : [shown(String(origin.name)), ", ", external(origin.url)];
}

function statusOf(meta) {
  return [element("span.badge.warn", {}, shown(String(meta.status))), " ", meta.statusMessage ? shown(String(meta.statusMessage)) : null];
}

/** A link when it is one that a browser should open. */
function external(text) {
  if (typeof text !== "string") return null;
  const isLink = URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
  return isLink ? element("a", {href: text, rel: "noopener noreferrer external"}, shown(text)) : element("code", {}, shown(text));
}
