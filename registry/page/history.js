// How the contract of a tool changed from version to version: what the points of the line through its versions stand for.
import {verdictBadge} from "./changes.js";
import {element, fill} from "./element.js";
import {failureNotice} from "./notice.js";
import {Failure, path, read} from "./registry.js";
import {counted, shown, time} from "./text.js";

const atOnce = 50;

/**
 * What is to be said of the whole history. It comes in pieces from the registry, and with it each version's point: `points` has
 * of each version its row and its link to what changed, null where there is none.
 */
export function historyOf(tool, points, signal) {
  const place = element("div.history", {"aria-live": "polite"}, element("p.quiet", {}, "Comparing…"));
  const told = [];
  const readFrom = async (to) => {
    try {
      const {versions} = await read(path("api/v1/tools", tool.name, "history"), {to, limit: atOnce}, signal);
      for (const each of versions) mark(points.get(each.version), each);
      told.push(...versions);
      fill(place, sentence(told), moreButton(told, points.size, readFrom));
    } catch (error) {
      if (signal.aborted) return;
      fill(place, failureNotice(error, () => readFrom(to)));
      if (!(error instanceof Failure)) throw error;  // A mistake of ours, for the console.
    }
  };
  readFrom("");
  return place;
}

/** A point: its kind for the eye, and the same in words. */
function mark(point, {version, previous, verdict, changes}) {
  if (point === undefined) return;  // Registered since the list was read.
  point.row.classList.add(verdict ?? "first");
  if (verdict === undefined || point.link === null) return;
  const words = ["breaking", "review", "compatible"].filter((each) => changes[each] > 0)
    .map((each) => `${changes[each]} ${each === "review" ? "to review" : each}`).join(", ") || "nothing changed";
  fill(point.link, verdictBadge(verdict), element("span.counts", {}, words));
  point.link.setAttribute("aria-label", `Changes from ${previous} to ${version}: ${words}`);
}

function sentence(told) {
  const breaks = told.filter((each) => each.verdict === "breaking");
  const steps = told.filter((each) => each.verdict !== undefined);
  if (steps.length === 0) return null;
  if (breaks.length === 0) return element("p", {}, `None of ${counted(steps.length, "change")} of version broke callers of the one before.`);
  return element("p", {}, `${breaks.length} of ${counted(steps.length, "change")} of version broke callers of the one before, most recently `,
                 shown(breaks[0].version), " on ", time(breaks[0].registeredAt), ".");
}

function moreButton(told, all, readFrom) {
  const {previous} = told.at(-1);
  if (previous === undefined) return null;
  const left = counted(all - told.length, "earlier version");
  return element("button.plain", {type: "button", onclick: () => readFrom(previous)}, `Compare ${left}`);
}
