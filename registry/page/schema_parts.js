// The schemas inside a JSON Schema.
import {isObject} from "./schema_words.js";

/** What a reference within `root` leads to; undefined when it leads elsewhere, or in a circle of references. */
export function resolve(root, schema) {
  for (let hops = 0; hops < 16; ++hops) {
    if (!isObject(schema) || typeof schema.$ref !== "string") return schema;
    const found = find(root, schema.$ref);
    if (found === undefined || !isObject(found)) return found;
    schema = found;
  }
  return undefined;
}

function find(root, reference) {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let at = root;
  for (const raw of reference.slice(2).split("/")) {
    let key;
    try {
      key = decodeURIComponent(raw).replaceAll("~1", "/").replaceAll("~0", "~");
    } catch {
      return undefined;
    }
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

const lists = [["allOf", "and"], ["anyOf", "option"], ["oneOf", "option"], ["prefixItems", "item"]];
const maps = [["patternProperties", "names like"], ["dependentSchemas", "with"]];
const singles = [
  ["additionalProperties", "other properties"], ["unevaluatedProperties", "remaining properties"], ["propertyNames", "every name"],
  ["items", "each item"], ["additionalItems", "other items"], ["unevaluatedItems", "remaining items"], ["contains", "an item"],
  ["if", "if"], ["then", "then"], ["else", "else"], ["not", "not"],
];

/**
 * The parts of a schema in the order they are read: {name, label, schema, required}, `name` for a property and `label` for
 * anything else.
 */
export function partsOf(schema) {
  if (!isObject(schema)) return [];
  const parts = [];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  for (const [name, each] of Object.entries(isObject(schema.properties) ? schema.properties : {}))
    parts.push({name, schema: each, required: required.delete(name)});
  for (const name of required) parts.push({name: String(name), schema: true, required: true});
  for (const [keyword, word] of maps) {
    for (const [name, each] of Object.entries(isObject(schema[keyword]) ? schema[keyword] : {}))
      parts.push({label: `${word} ${name}`, schema: each});
  }
  for (const [keyword, word] of lists) {
    const all = Array.isArray(schema[keyword]) ? schema[keyword] : [];
    all.forEach((each, at) => parts.push({label: `${word} ${at + 1}`, schema: each}));
  }
  // Up to draft 2019-09 a list of items was what prefixItems is now.
  if (Array.isArray(schema.items)) schema.items.forEach((each, at) => parts.push({label: `item ${at + 1}`, schema: each}));
  for (const [keyword, word] of singles) {
    if (isObject(schema[keyword])) parts.push({label: word, schema: schema[keyword]});
  }
  return parts;
}
