// The versions of a tool, as the line of its history, and the comparison of any two.
import {go, link} from "./address.js";
import {changeList} from "./changes.js";
import {element, fill} from "./element.js";
import {historyOf} from "./history.js";
import {failureNotice} from "./notice.js";
import {Failure, path, read} from "./registry.js";
import {counted, shown, time} from "./text.js";

/** The view: `tool` is the version that is shown, `list` all of them, highest first; `state` is the address. */
export function versionsView(tool, list, state, signal) {
  const versions = list.versions;
  const shownAt = versions.findIndex((each) => each.version === tool.version);
  const to = state.to || tool.version;
  const from = state.from || (versions[shownAt + 1] ?? versions[shownAt - 1])?.version;
  const points = new Map();
  const table = versionTable(tool, list, points);
  return element("div", {},
                 element("section", {"aria-labelledby": "versions-heading"},
                         element("h2", {id: "versions-heading"}, counted(versions.length, "version")),
                         versions.length > 1 ? historyOf(tool, points, signal) : null, table),
                 from === undefined ? element("p.quiet", {}, "Nothing to compare: there is no other version.")
                                    : comparison(tool, versions, from, to, signal));
}

/** Highest first. `points` gets the row of each version, and its link to what changed. */
function versionTable(tool, list, points) {
  const rows = list.versions.map((each, at) => {
    const older = list.versions[at + 1]?.version;
    const state = each.status === "deprecated" ? element("span.badge.warn", {}, "Deprecated")
      : each.version === list.latest ? element("span.badge.good", {}, "Latest") : "";
    const changed = older === undefined ? null :
      link("a.changed", {from: older, to: each.version}, {"aria-label": `Changes from ${older} to ${each.version}`}, "Changes");
    const row = element("tr", {"aria-current": each.version === tool.version ? "true" : null},
                   element("th", {scope: "row"}, link("a", {version: each.version, view: "", from: "", to: ""}, {}, shown(each.version))),
                   element("td", {}, state), element("td", {}, time(each.registeredAt)),
                   element("td.digest", {}, element("code", {title: each.digest}, each.digest.slice(7, 19))),
                   element("td", {}, changed));
    points.set(each.version, {row, link: changed});
    return row;
  });
  const names = ["Version", "Status", "Registered", "Digest", "Changes"];
  return element("div.scroll", {tabindex: "0", role: "region", "aria-label": "Versions"},
                 element("table.line", {"aria-label": `Versions of ${tool.name}`},
                         element("thead", {}, element("tr", {}, names.map((name) =>
                           element(name === "Digest" ? "th.digest" : "th", {scope: "col"}, name)))),
                         element("tbody", {}, rows)));
}

function versionSelect(label, versions, chosen, choose) {
  const select = element("select", {onchange: () => choose(select.value)}, versions.map(({version}) =>
    element("option", {value: version, selected: version === chosen}, version)));
  return element("label", {}, label, " ", select);
}

function comparison(tool, versions, from, to, signal) {
  const result = element("div", {"aria-live": "polite"}, element("p.quiet", {}, "Comparing…"));
  const swap = element("button.plain", {type: "button", onclick: () => go({from: to, to: from})}, "Swap");
  const compare = async () => {
    try {
      fill(result, changeList(await read(path("api/v1/tools", tool.name, "diff"), {from, to}, signal)));
    } catch (error) {
      if (signal.aborted) return;
      fill(result, failureNotice(error, compare));
      if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
    }
  };
  compare();
  return element("section", {"aria-labelledby": "compare-heading"}, element("h2", {id: "compare-heading", tabindex: "-1"}, "Compare"),
                 element("div.compare", {}, versionSelect("From", versions, from, (value) => go({from: value, to})),
                         versionSelect("to", versions, to, (value) => go({from, to: value})), swap),
                 result);
}
