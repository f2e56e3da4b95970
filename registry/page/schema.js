// A JSON Schema as a list of what it asks for. What is inside is made when it is opened: schemas may be huge, deep, or refer to
// themselves.
import {element} from "./element.js";
import {appendInPieces} from "./more.js";
import {partsOf, resolve} from "./schema_parts.js";
import {isObject, limitTexts, typeText, valueText} from "./schema_words.js";
import {cut, shown} from "./text.js";

const atOnce = 50;
const choicesAtOnce = 24;
/** So few parts, so near the root, are open from the start. */
const openParts = 8;
const openDepth = 2;

/** The parts of the schema `root`; a sentence when it has none. */
export function schemaTree(root) {
  const schema = resolve(root, root);
  const limits = limitTexts(schema);
  const parts = partsOf(schema);
  return element("div.schema", {},
                 limits.length > 0 ? element("p.quiet", {}, "The object: ", limits.map((text) => limit(text))) : null,
                 parts.length > 0 ? partList(root, parts, 0) : element("p.quiet", {}, "An object of which nothing more is said."));
}

function partList(root, parts, depth) {
  return appendInPieces(element("ul.parts", {}), parts, (part) => element("li", {}, partRow(root, part, depth)), atOnce, "part");
}

function partRow(root, part, depth) {
  const target = resolve(root, part.schema);
  const inner = innerParts(root, target);
  const head = [
    part.name === undefined ? element("span.role", {}, shown(cut(part.label, 200))) : element("code.name", {}, shown(cut(part.name, 200))),
    " ", element("span.type", {}, shown(typeText(part.schema))),
    part.required ? [" ", element("span.required", {}, "required")] : null,
  ];
  const about = [aboutPart(part.schema, target), aboutItems(root, target)];
  if (inner.length === 0) return element("div.part", {}, element("div.part-head", {}, head), about);
  const details = element("details.part", {}, element("summary.part-head", {}, head), about);
  const open = () => {
    if (details.open && details.querySelector(":scope > ul") === null) details.append(partList(root, inner, depth + 1));
  };
  details.addEventListener("toggle", open);
  if (depth < openDepth && inner.length <= openParts && part.schema === target) {
    details.open = true;
    open();
  }
  return details;
}

/** The parts of a schema; of an array of one kind the parts of its items. */
function innerParts(root, schema) {
  const parts = partsOf(schema);
  if (parts.length === 1 && parts[0].label === "each item") return partsOf(resolve(root, parts[0].schema));
  return parts;
}

function aboutPart(schema, target) {
  const said = [schema, target].find((each) => isObject(each) && typeof each.description === "string");
  const title = [schema, target].find((each) => isObject(each) && typeof each.title === "string");
  const limits = limitTexts(target);
  const lead = title === undefined ? null : element("span.part-title", {}, shown(cut(title.title, 300)), said === undefined ? "" : ". ");
  return [
    said === undefined && lead === null ? null : element("p.about", {}, lead, said === undefined ? null : description(said.description)),
    limits.length > 0 ? element("p.limits", {}, limits.map((text) => limit(text))) : null,
    isObject(target) && Array.isArray(target.enum) ? choices(target.enum) : null,
    isObject(target) && Array.isArray(target.examples) && target.examples.length > 0
      ? element("p.limits", {}, "for example ", target.examples.slice(0, 3).map((each) => limit(valueText(each)))) : null,
  ];
}

/** What an array of one kind asks of each item, beside its parts. */
function aboutItems(root, target) {
  const parts = partsOf(target);
  if (parts.length !== 1 || parts[0].label !== "each item") return null;
  const items = resolve(root, parts[0].schema);
  const limits = limitTexts(items);
  const said = isObject(items) && typeof items.description === "string" ? description(items.description) : null;
  return [
    said === null && limits.length === 0 ? null
      : element("p.limits", {}, "Each item: ", said, said !== null && limits.length > 0 ? " " : null, limits.map((text) => limit(text))),
    isObject(items) && Array.isArray(items.enum) ? choices(items.enum) : null,
  ];
}

/** A text; a long one's rest when it is asked for. */
function description(text) {
  const short = 600;
  if (text.length <= short) return shown(text);
  const body = element("span", {}, shown(cut(text, short)));
  const button = element("button.plain", {type: "button"}, "Show all");
  button.addEventListener("click", () => body.replaceChildren(shown(text)));
  body.append(" ", button);
  return body;
}

function limit(text) {
  return element("span.limit", {}, shown(text));
}

function choices(values) {
  const list = element("ul.choices", {"aria-label": "Choices"});
  return appendInPieces(list, values, (value) => element("li", {}, element("code", {}, shown(valueText(value)))), choicesAtOnce, "choice");
}
