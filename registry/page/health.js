// Whether the registry is ready: asked every half minute while somebody looks, and more often while it is not.
import {element, fill, part} from "./element.js";
import {Failure, read} from "./registry.js";
import {shown} from "./text.js";

const every = 30_000;
const everyWhenBad = 3_000;

let before = "";
let timer = 0;

function show(state, word, reason = "") {
  const key = state + word + reason;
  if (key === before) return;  // A screen reader would say it again.
  before = key;
  fill(part("health"), element(`span.dot.${state}`, {"aria-hidden": "true"}), element("span", {}, word),
       reason === "" ? null : element("span.reason", {}, shown(reason)));
}

/** True when tools can be read. */
async function check() {
  try {
    const ready = await read("ready");
    if (ready.writable === false) show("warn", "Read-only", String(ready.reason ?? ""));
    else show("good", "Ready");
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.kind === "offline") show("bad", "Offline");
    else if (error.kind === "token" || error.kind === "forbidden") show("good", "Reachable");
    else show("bad", "Not ready", error.message);
    return error.kind === "token" || error.kind === "forbidden";
  }
}

/** Calls `recovered` when it can be read again. */
export function watchHealth(recovered) {
  let good = true;
  const look = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      const was = good;
      good = await check();
      if (good && !was) recovered();
    }
    clearTimeout(timer);
    timer = setTimeout(look, good ? every : everyWhenBad);
  };
  for (const event of ["online", "offline", "focus"]) addEventListener(event, look);
  look();
}
