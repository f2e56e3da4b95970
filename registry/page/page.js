// Starts the page.
import {address, follow, go, listKeys, watch} from "./address.js";
import {part} from "./element.js";
import {watchHealth} from "./health.js";
import {focusResults, markCurrent, retryResults, showResults, startResults} from "./results.js";
import {showSearch, startSearch} from "./search.js";
import {startToken} from "./token.js";
import {retryTool, showTool, updateTool} from "./tool.js";

watch((state, before) => {
  showSearch(state);
  if (listKeys.some((key) => state[key] !== before[key])) showResults(state);
  else markCurrent(state);
  updateTool(state, before, {focus: !part("search-form").contains(document.activeElement)});
  if (state.tool === "" && before.tool !== "" && document.activeElement === document.body) focusResults(before.tool);
});

for (const skip of document.querySelectorAll("[data-focus]")) {
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    part(skip.dataset.focus).focus();
  });
}

// Escape leads from the tool to its row; where only one of them is seen, back to the list.
part("tool").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target.closest("select, input") !== null) return;
  const {tool} = address();
  if (part("results").checkVisibility()) focusResults(tool);
  else go({tool: ""});
});

follow();
startResults();
startSearch(() => focusResults(address().tool));
startToken(() => {
  showResults(address());
  showTool(address());
});
watchHealth(() => {
  retryResults();
  retryTool();
});
showResults(address());
showTool(address());
