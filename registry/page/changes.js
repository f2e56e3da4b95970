// What changed between two versions of a tool.
import {element} from "./element.js";
import {appendInPieces} from "./more.js";
import {counted, shown} from "./text.js";

/** The answer of /diff. */
export function changeList(diff) {
  const of = (word) => diff.changes.filter((each) => each.change === word);
  const breaking = of("breaking");
  const review = of("review");
  const list = element("ul.changes", {});
  appendInPieces(list, [...breaking, ...review, ...of("compatible")], changeRow, 100, "change");
  const rest = (diff.total ?? 0) - diff.changes.length;
  return element("section", {"aria-label": "Changes"}, verdict(diff, breaking.length, review.length), diff.changes.length > 0 ? list : null,
                 rest > 0 ? element("p", {}, `${counted(rest, "more change")} not listed.`) : null);
}

function verdict(diff, breaking, review) {
  const total = diff.total ?? diff.changes.length;
  const [state, word, sentence] = total === 0 ? ["good", "Equal", "The two versions say the same."]
    : breaking === 0 && review > 0 ? ["warn", "To review", `${counted(total, "change")}, none of which breaks a caller of ${diff.from}; ${review} ${review === 1 ? "changes" : "change"} what models are told.`]
    : breaking === 0 ? ["good", "Compatible", `${counted(total, "change")}, none of which breaks a caller of ${diff.from}.`]
    : ["bad", "Breaking", `${diff.truncated && breaking === diff.changes.length ? "At least " : ""}${breaking} of ${counted(total, "change")} ${breaking === 1 ? "breaks" : "break"} callers of ${diff.from}.`];
  return element(`p.verdict.${state}`, {role: "status"}, element("strong", {}, word), " ", sentence);
}

/** A class of change: "breaking", "review" or "compatible". */
export function verdictBadge(verdict) {
  const [state, word] = {breaking: ["bad", "Breaking"], review: ["warn", "Review"]}[verdict] ?? ["good", "Compatible"];
  return element(`span.badge.${state}`, {}, word);
}

function changeRow(change) {
  return element("li", {},
                 verdictBadge(change.change),
                 element("div.change", {},
                         element("code.pointer", {}, shown(change.pointer === "" ? "/" : change.pointer)), " ",
                         element("span.message", {}, shown(change.message)), " ",
                         element("span.keyword", {}, shown(change.keyword))));
}
