// What is there while no tool is chosen.
import {element} from "./element.js";
import {facts} from "./facts.js";
import {Failure, read} from "./registry.js";
import {shown} from "./text.js";

const keys = [["/", "search"], ["↓ ↑", "move through the results"], ["Enter", "open one"], ["Esc", "go back: to the list, to the search"]];

export function welcome() {
  const base = new URL("./", document.baseURI).href.replace(/\/$/, "");
  const version = element("span", {});
  describeVersion(version);
  return element("div.welcome", {}, element("h1", {tabindex: "-1"}, "Tools of MCP servers"),
    element("p.prose", {}, "Choose a tool to see what it takes and gives, how it changed from version to version, and which server offers it."),
    element("section", {}, element("h2", {}, "Keys"), facts(...keys.map(([key, what]) => [element("kbd", {}, key), what]))),
    element("section", {}, element("h2", {}, "For programs"),
      facts(["Tools", element("code", {}, base + "/api/v1/tools")],
            ["MCP clients", [element("code", {}, base), element("p.quiet", {}, "The address to give to a client that takes an MCP registry.")]],
            ["Description", element("a", {href: "openapi.json"}, "OpenAPI document")],
            ["Version", version])));
}

async function describeVersion(place) {
  try {
    const {version} = await read("version");
    place.append(shown(String(version)));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    place.append("unknown");
  }
}
