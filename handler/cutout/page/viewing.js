import { byId } from "./dom.js";
import { watchGestures } from "./gestures.js";

const ALONE = 0.12; // minimum share of the picture that gets a label

/** Shows the line between before and after, its labels and whether the picture can be moved, as last
 * drawn. */
export function showDivider(view) {
  const [stage, isCompared] = [byId("stage"), Boolean(view.after && view.before)];
  stage.dataset.compared = isCompared;
  if (!view.picture) return;
  stage.dataset.pans = view.canPan;
  if (!isCompared) return;
  stage.dataset.side = view.split < ALONE ? "after" : view.split > 1 - ALONE ? "before" : "both";
  const { y, height } = view.frame;
  const [top, bottom] = [Math.max(0, y), Math.min(view.canvas.height, y + height)];
  const place = { left: view.divide, top, height: bottom - top };
  for (const [side, length] of Object.entries(place)) {
    byId("divider").style[side] = `${length / view.ratio}px`;
  }
}

/** Sets the zoom; `centre` is the point in the middle, as shares of the picture's sides. */
export function setZoom(view, zoom, centre = view.centre) {
  Object.assign(view, { zoom, centre });
  document.querySelector(`input[name="zoom"][value="${zoom}"]`).checked = true;
  if (zoom === "fit" || !view.picture) view.draw();
  else view.pan(0, 0); // keeps the picture within its edges
}

/** Handles the slider, the zoom buttons and the gestures on the picture. */
export function watchViewing(view, brush) {
  const slider = byId("split");
  const show = () => {
    slider.setAttribute("aria-valuetext", `${slider.value} % before`);
    view.split = slider.value / 100;
    view.draw();
  };
  slider.addEventListener("input", show);
  byId("zoom").addEventListener("change", (event) => {
    const { value } = event.target;
    setZoom(view, value === "fit" ? value : Number(value));
  });
  watchGestures(byId("stage"), view, {
    brush,
    onSplit: (share) => {
      slider.value = Math.round(100 * share);
      show();
      view.split = share;
    },
    onZoom: (zoom, centre) => setZoom(view, zoom, centre),
  });
  show();
}
