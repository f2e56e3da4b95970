// What a JSON Schema asks for, in words.
import {counted, cut} from "./text.js";

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as JSON on one line, cut where it is long. */
export function valueText(value) {
  return cut(JSON.stringify(value), 120);
}

/** "string", "array of integer", "string or null", "one of 3 schemas". */
export function typeText(schema, depth = 0) {
  if (schema === true) return "anything";
  if (schema === false) return "nothing";
  if (!isObject(schema)) return "";
  if (typeof schema.$ref === "string") return cut(schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1) || schema.$ref, 80);
  if ("const" in schema) return "constant";
  const types = Array.isArray(schema.type) ? schema.type.slice(0, 7) : [schema.type ?? impliedType(schema)];
  return types.map((type) => {
    if (type !== "array" || depth > 2 || !(isObject(schema.items) || typeof schema.items === "boolean")) return String(type);
    return "array of " + typeText(schema.items, depth + 1);
  }).join(" or ");
}

function impliedType(schema) {
  for (const [keyword, word] of [["oneOf", "exactly one"], ["anyOf", "any"], ["allOf", "all"]]) {
    if (Array.isArray(schema[keyword])) return `${word} of ${counted(schema[keyword].length, "schema")}`;
  }
  if (Array.isArray(schema.enum)) return "choice";
  if ("properties" in schema || "required" in schema) return "object";
  if ("items" in schema || "prefixItems" in schema) return "array";
  return "any";
}

/** "at least 1", "1 to 20 characters". */
function span(low, high, one, many) {
  if (low === undefined && high === undefined) return null;
  const unit = (count) => (one === "" ? String(count) : counted(count, one, many));
  if (low === undefined) return `at most ${unit(high)}`;
  if (high === undefined) return `at least ${unit(low)}`;
  return low === high ? `exactly ${unit(low)}` : `${low} to ${unit(high)}`;
}

/** The limits of a schema, each in a few words. */
export function limitTexts(schema) {
  if (!isObject(schema)) return [];
  const texts = [
    span(schema.minimum, schema.maximum, "", ""),
    // Up to draft 4 these two were flags.
    typeof schema.exclusiveMinimum === "number" ? `more than ${schema.exclusiveMinimum}` : null,
    typeof schema.exclusiveMaximum === "number" ? `less than ${schema.exclusiveMaximum}` : null,
    schema.multipleOf === undefined ? null : `a multiple of ${schema.multipleOf}`,
    span(schema.minLength, schema.maxLength, "character"),
    span(schema.minItems, schema.maxItems, "item"),
    span(schema.minProperties, schema.maxProperties, "property", "properties"),
    schema.uniqueItems === true ? "no item twice" : null,
    typeof schema.format === "string" ? `format ${schema.format}` : null,
    typeof schema.pattern === "string" ? `pattern ${schema.pattern}` : null,
    typeof schema.contentEncoding === "string" ? `encoded as ${schema.contentEncoding}` : null,
    typeof schema.contentMediaType === "string" ? `of type ${schema.contentMediaType}` : null,
    schema.additionalProperties === false ? "no other properties" : null,
    schema.readOnly === true ? "read-only" : null,
    schema.writeOnly === true ? "write-only" : null,
    schema.deprecated === true ? "deprecated" : null,
    "default" in schema ? `default ${valueText(schema.default)}` : null,
    "const" in schema ? valueText(schema.const) : null,
  ];
  for (const [name, needs] of Object.entries(isObject(schema.dependentRequired) ? schema.dependentRequired : {}))
    texts.push(`with ${name} also ${Array.isArray(needs) ? needs.join(", ") : ""}`);
  return texts.filter((text) => text !== null).map((text) => cut(text, 300));
}
