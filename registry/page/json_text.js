// JSON, laid out for readers without being parsed: numbers stay as they were written, whatever their size.
import {element} from "./element.js";
import {copyButton} from "./copy.js";
import {shown} from "./text.js";

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The text with two spaces for each level. */
export function layOut(text) {
  const tokens = text.match(token) ?? [];
  let out = "", indent = "\n";
  tokens.forEach((each, at) => {
    if (each === "{" || each === "[") {
      const empty = tokens[at + 1] === "}" || tokens[at + 1] === "]";
      indent += "  ";
      out += each + (empty ? "" : indent);
    } else if (each === "}" || each === "]") {
      const empty = tokens[at - 1] === "{" || tokens[at - 1] === "[";
      indent = indent.slice(0, -2);
      out += (empty ? "" : indent) + each;
    } else if (each === ",") {
      out += each + indent;
    } else {
      out += each === ":" ? ": " : each;
    }
  });
  return out;
}

/** The text in a box, with a button that copies it. */
export function jsonBox(text, label) {
  const laidOut = layOut(text);
  return element("div.box", {}, copyButton(() => laidOut, "Copy JSON"),
                 element("pre", {tabindex: "0", role: "region", "aria-label": label}, shown(laidOut)));
}
