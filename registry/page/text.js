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
  const {folded, starts} = foldedWithStarts(text);
  const nodes = [];
  let end = 0;
  for (let at = 0; at < folded.length;) {
    const word = words.find((each) => folded.startsWith(each, at));
    if (word === undefined) {
      ++at;
      continue;
    }
    const begin = starts[at];
    at += word.length;
    // A character of which a part is found is marked as a whole.
    while (starts[at] === starts[at - 1]) ++at;
    if (begin > end) nodes.push(text.slice(end, begin));
    nodes.push(element("mark", {}, text.slice(begin, starts[at])));
    end = starts[at];
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

/** A character as the registry compares it in searches: in lower case, plain. "" for an accent on the one before. */
function fold(character) {
  const plain = character.normalize("NFKD").replace(/[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]/g, "");
  return plain.toLowerCase().normalize("NFC");
}

/** A text folded, and for each place in that, and its end, where its character begins in the text. */
function foldedWithStarts(text) {
  let folded = "";
  const starts = [];
  let place = 0;
  for (const character of text) {
    const units = fold(character);
    for (let i = 0; i < units.length; ++i) starts.push(place);
    folded += units;
    place += character.length;
  }
  starts.push(text.length);
  return {folded, starts};
}

/** The words of a search, longest first, as the registry compares them. */
export function wordsOf(search) {
  const words = search.split(/\s+/u).map((word) => Array.from(word, fold).join(""));
  return words.filter((word) => word !== "").sort((a, b) => b.length - a.length);
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
