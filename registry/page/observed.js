// What the operator saw of a server that it looks after, as it writes that into the server's _meta.
import {copyButton} from "./copy.js";
import {element} from "./element.js";
import {facts} from "./facts.js";
import {shown, time} from "./text.js";

const official = "io.modelcontextprotocol.registry/official";

/** What is known, each member of its type: whoever may publish a server can write anything there. */
export function observation(server) {
  const said = server._meta?.["mcpregistry.dev/observed"] ?? {};
  const text = (value) => typeof value === "string" ? value : "";
  const count = (value) => Number.isInteger(value) ? value : null;
  const manager = said.managedBy ?? {};
  const managed = [manager.kind, manager.namespace, manager.name].every((each) => typeof each === "string" && each !== "");
  const held = Array.isArray(said.held) ? said.held : [];
  return {
    managedBy: managed ? manager : null, state: text(said.state), reach: text(said.reach), protocol: text(said.protocol),
    offered: count(said.offered), registered: count(said.registered), heldCount: count(said.heldCount) ?? 0,
    offeredDigest: text(said.offeredDigest),
    held: held.filter((each) => each !== null && typeof each === "object").map((each) =>
      ({name: text(each.name), reason: text(each.reason), message: text(each.message), version: text(each.version)})),
  };
}

/** The status in the official API, and what was seen of it where that is known. */
export function stateBadge(meta, observed) {
  if (meta.status !== undefined && meta.status !== "active") return element("span.badge.warn", {}, shown(String(meta.status)));
  if (observed.state === "") return null;
  const kind = observed.state === "Available" ? "good" : ["Restricted", "Starting", "Pending", "ProbeDisabled", "Superseded"].includes(observed.state) ? "warn" : "bad";
  return element(`span.badge.${kind}`, {}, shown(observed.state));
}

/** Null for a server that nobody looks after. */
export function observedView({_meta}, observed) {
  if (observed.managedBy === null) return null;
  const {kind, namespace, name} = observed.managedBy;
  const meta = _meta?.[official] ?? {};
  return [
    element("section", {"aria-labelledby": "seen-heading"}, element("h2", {id: "seen-heading"}, "As it was seen"),
      facts(["State", stateBadge(meta, observed)],
            ["Unchanged since", meta.updatedAt ? time(meta.updatedAt) : null],
            ["Offers", observed.offered === null ? null : `${observed.offered} tools, ${observed.registered ?? 0} registered as they are offered`],
            ["Reached from", observed.reach === "cluster" ? "Inside the cluster only" : null],
            ["Protocol", observed.protocol === "" ? null : shown(observed.protocol)],
            ["Managed by", shown(`${kind} ${namespace}/${name}`)])),
    observed.heldCount === 0 ? null : heldTools(observed),
  ];
}

function heldTools(observed) {
  const rest = observed.heldCount - observed.held.length;
  return element("section", {"aria-labelledby": "held-heading"}, element("h2", {id: "held-heading"}, "Held back"),
    element("p.quiet", {}, "The server offers these in another form than the registry has. They wait for approval."),
    element("ul.changes", {}, observed.held.map((each) => element("li", {},
      element(`span.badge.${each.reason === "Breaking" ? "bad" : "warn"}`, {}, shown(each.reason || "Held")),
      element("div.change", {}, element("code.pointer", {}, shown(each.name)),
              element("span.message", {}, shown(each.message)),
              each.version === "" ? element("span.quiet", {}, " No version of it is registered.")
                : element("span.quiet", {}, " The registry keeps ", shown(each.version), "."))))),
    rest > 0 ? element("p", {}, `${rest} more are held.`) : null,
    observed.offeredDigest === "" ? null : facts(["Approve with", [element("code.digest", {}, shown(observed.offeredDigest)), " ",
                                                                  copyButton(() => observed.offeredDigest)]]));
}
