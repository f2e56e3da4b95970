// Names and what they stand for, as a list of definitions.
import {element} from "./element.js";

/** Pairs of a name and nodes; pairs whose second is null or empty are left out. */
export function facts(...pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
    .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  return rows.length === 0 ? null : element("dl.facts", {}, rows);
}
