// Copying.
import {element} from "./element.js";

/** Through the clipboard's API where the page is secure, else as a user would. */
async function copy(text) {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = element("textarea.unseen-text", {readonly: true, "aria-hidden": "true"});
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser does not let this page copy");
}

/** A button that copies what `text()` gives, and says that it did. */
export function copyButton(text, label = "Copy") {
  const button = element("button.plain.copy", {type: "button"}, label);
  button.addEventListener("click", async () => {
    try {
      await copy(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copying is not allowed here";
    }
    button.focus();
    setTimeout(() => { button.textContent = label; }, 2000);
  });
  return button;
}
