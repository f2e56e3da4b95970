// Long lists, a piece at a time.
import {element} from "./element.js";
import {counted} from "./text.js";

/** Appends `items` to `list` as `render` makes them: `step` of them, and a button for the next ones. */
export function appendInPieces(list, items, render, step, one, many) {
  const more = (from) => {
    const rows = items.slice(from, from + step).map(render);
    list.append(...rows);
    const left = items.length - from - step;
    if (from > 0) (rows[0].querySelector("summary, a, button") ?? list.parentElement)?.focus?.();
    if (left <= 0) return;
    const button = element("button.plain", {type: "button"}, `Show more: ${counted(left, one, many)} left`);
    const row = element("li.more", {}, button);
    button.addEventListener("click", () => {
      row.remove();
      more(from + step);
    });
    list.append(row);
  };
  more(0);
  return list;
}
