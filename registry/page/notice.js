// What is shown in the place of something that cannot be.
import {element} from "./element.js";
import {Failure, hasToken} from "./registry.js";
import {shown} from "./text.js";
import {tokenForm} from "./token.js";

/** A heading, a sentence, and what can be done. */
export function notice(heading, sentence, ...more) {
  return element("div.notice", {}, element("h2", {}, heading), sentence === null ? null : element("p", {}, sentence), more);
}

const headings = {
  offline: "The registry cannot be reached",
  forbidden: "Not allowed",
  missing: "Not found",
  starting: "The registry is not ready",
  error: "That did not work",
};

const unreadable = new Failure("error", "The page cannot show what the registry answered.");

/** Says what went wrong; `retry` does it again. Any error that is no Failure is a mistake of the page's own. */
export function failureNotice(error, retry) {
  const failure = error instanceof Failure ? error : unreadable;
  if (failure.kind === "token") {
    return notice(hasToken() ? "The registry refuses this token" : "The registry asks for a token", shown(failure.message), tokenForm());
  }
  const again = failure.kind === "missing" ? null : element("button", {onclick: retry}, "Try again");
  const id = failure.requestId === "" ? null : element("p.quiet", {}, "Request ", element("code", {}, shown(failure.requestId)));
  return element("div", {role: "alert"}, notice(headings[failure.kind], shown(failure.message), again, id));
}
