// What a tool is for and what it takes and gives.
import {link} from "./address.js";
import {copyButton} from "./copy.js";
import {element} from "./element.js";
import {facts} from "./facts.js";
import {jsonBox} from "./json_text.js";
import {schemaTree} from "./schema.js";
import {counted, countUnseen, cut, shown, time} from "./text.js";

const longText = 1500;

// MCP's hints: what a value means, and what counts when nothing is said.
const hints = [
  ["readOnlyHint", "Only reads", false], ["destructiveHint", "May destroy", true],
  ["idempotentHint", "Once or twice is the same", false], ["openWorldHint", "Reaches beyond its server", true],
];

export function overview(tool) {
  return element("div", {},
    element("section", {"aria-label": "Description"}, prose(tool.description)),
    schemaSection("input", "Input", tool.inputSchema),
    tool.outputSchema === undefined ? null : schemaSection("output", "Output", tool.outputSchema),
    element("section", {"aria-labelledby": "hints-heading"}, element("h2", {id: "hints-heading"}, "Behaviour"),
            element("p.quiet", {}, "What its server says of it; nobody has checked that."), hintList(tool.annotations ?? {})),
    element("section", {"aria-labelledby": "facts-heading"}, element("h2", {id: "facts-heading"}, "Registration"), details(tool)));
}

function prose(text) {
  if (typeof text !== "string" || text === "") return element("p.quiet", {}, "It has no description.");
  const hidden = countUnseen(text);
  const body = element("p.prose", {}, shown(cut(text, longText)));
  const whole = () => {
    body.replaceChildren(shown(text));
    button.remove();
  };
  const button = element("button.plain", {type: "button", onclick: whole}, "Show the whole description");
  return [
    hidden === 0 ? null : element("p.callout.warn", {},
      `This description holds ${counted(hidden, "character")} that cannot be seen; they are shown by their codes.`),
    body, text.length > longText ? button : null,
  ];
}

function schemaSection(id, heading, schema) {
  const json = element("details.raw", {}, element("summary", {}, "JSON Schema"));
  json.addEventListener("toggle", () => {
    if (json.open && json.childElementCount === 1) json.append(jsonBox(JSON.stringify(schema), `${heading} as JSON Schema`));
  });
  return element("section", {"aria-labelledby": id + "-heading"}, element("h2", {id: id + "-heading"}, heading), schemaTree(schema), json);
}

function hintList(annotations) {
  return facts(...hints.map(([name, word, otherwise]) => {
    const value = annotations[name];
    const text = value === undefined ? element("span.quiet", {}, `Not said, which counts as ${otherwise ? "yes" : "no"}`) : value ? "Yes" : "No";
    return [element("span", {title: name}, word), text];
  }));
}

function details(tool) {
  const manager = tool.managedBy;
  return facts(
    ["Registered", time(tool.registeredAt)],
    ["Tags", (tool.tags ?? []).length === 0 ? null : element("ul.tags", {}, tool.tags.map((tag) => element("li", {},
      link("a", {tag, search: "", server: "", status: ""}, {"aria-label": `Tools with the tag ${tag}`}, shown(tag)))))],
    ["Server", typeof tool.server?.name === "string" ? link("a", {view: "server"}, {}, shown(tool.server.name)) : null],
    ["Runs as a task", tool.execution?.taskSupport],
    ["Managed by", manager ? shown(`${manager.kind} ${manager.namespace}/${manager.name}`) : null],
    ["Digest", [element("code.digest", {}, tool.digest), " ", copyButton(() => tool.digest)]]);
}
