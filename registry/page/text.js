// Texts from tools, as safe and honest to read as they can be made: they come from whoever runs a tool's server.
import {element} from "./element.js";

// What a reader does not see but a model reads, or what makes a text read differently from what it says: what Unicode calls
// ignorable by default (joiners, variation selectors, bidirectional overrides, tags, ...), controls, line and paragraph
// separators, and what has a place but no shape. An emoji may have its variation selector and its joiners.
const never = String.raw`(?![\u200d\ufe0e\ufe0f])[\p{Default_Ignorable_Code_Point}\u0000-\u0008\u000b-\u001f\u007f-\u009f` +
  String.raw`\u2028-\u202e\u2800\ufff0-\ufffb\u{13430}-\u{1343f}\u{16fe4}\u{1d159}]`;
const looseSelector = String.raw`(?<!\p{Extended_Pictographic})(?<![0-9#*](?=\ufe0f\u20e3))[\ufe0e\ufe0f]`;
const looseJoiner = String.raw`(?<!\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d|\u200d(?!\p{Extended_Pictographic})`;
const unseen = new RegExp(`(?:${never}|${looseSelector}|${looseJoiner})+`, "gu");
const shownAtMost = 8;

function codes(run) {
  const points = [...run].map((each) => "U+" + each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0"));
  const more = points.length - shownAtMost;
  return points.slice(0, shownAtMost).join(" ") + (more > 0 ? ` and ${more} more` : "");
}

/** How many characters of a text cannot be seen. */
export function countUnseen(text) {
  let count = 0;
  for (const [run] of text.matchAll(unseen)) count += [...run].length;
  return count;
}

/** The text as nodes: every run of unseen characters as its codes, and of the rest the `words` marked. */
export function shown(text, words = []) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(unseen)) {
    if (match.index > end) nodes.push(...marked(text.slice(end, match.index), words));
    nodes.push(element("span.unseen", {title: "Characters that cannot be seen"}, codes(match[0])));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(...marked(text.slice(end), words));
  // Whatever direction the text has, it keeps to itself.
  return element("bdi", {}, nodes);
}

function marked(text, words) {
  if (words.length === 0) return [text];
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const nodes = [];
  let end = 0;
  for (let at = 0; at < text.length;) {
    const word = words.find((each) => lower.startsWith(each, at));
    if (word === undefined) {
      ++at;
      continue;
    }
    if (at > end) nodes.push(text.slice(end, at));
    nodes.push(element("mark", {}, text.slice(at, at + word.length)));
    at += word.length;
    end = at;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

/** The words of a search, longest first, as the registry compares them. */
export function wordsOf(search) {
  const words = search.split(" ").filter((word) => word !== "");
  return words.map((word) => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase())).sort((a, b) => b.length - a.length);
}

/** The first `length` characters, never half of one. */
export function cut(text, length) {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text[length - 1]) ? length - 1 : length;
  return text.slice(0, end) + "…";
}

const day = new Intl.DateTimeFormat("en", {dateStyle: "medium"});
const minute = new Intl.DateTimeFormat("en", {dateStyle: "long", timeStyle: "long"});

/** A time of the API (RFC 3339) as its day; the rest when pointed at. */
export function time(text) {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) return shown(String(text));
  return element("time", {datetime: text, title: minute.format(value)}, day.format(value));
}

const numbers = new Intl.NumberFormat("en");

/** "1 tool", "10,000 tools". */
export function counted(count, one, many = one + "s") {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}
