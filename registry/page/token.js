// The bearer token that a registry with authentication asks for.
import {element, part} from "./element.js";
import {hasToken, setToken} from "./registry.js";

let changed = () => {};

/** Shows the button that forgets the token while there is one; `onchange` is called when it came or went. */
export function startToken(onchange) {
  changed = onchange;
  part("token-button").addEventListener("click", () => use(""));
}

function use(text) {
  setToken(text);
  const button = part("token-button");
  button.hidden = !hasToken();
  button.textContent = "Forget the token";
  changed();
}

/** A form that asks for a token. */
export function tokenForm() {
  const input = element("input", {
    type: "password", name: "token", required: true, autocomplete: "off", spellcheck: "false", "aria-label": "Bearer token",
    placeholder: "Bearer token",
  });
  const submit = (event) => {
    event.preventDefault();
    use(input.value);
  };
  return element("form.token", {onsubmit: submit}, input, element("button", {}, "Use it"),
                 element("p.quiet", {}, "It stays in this tab's memory, and goes to this registry only."));
}
