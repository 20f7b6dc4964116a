import { watchZooming } from "./zooming.js";

const GRIP = 20; // CSS pixels on either side of the line within which a press grabs it
const STEP = 0.15; // share of the view that an arrow key moves the picture by
const MOVES = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const ZOOMS = ["fit", 1, 4];

/** Handles mouse, touch and keys on the picture. Calls `onSplit(share)` when the line between before
 * and after is moved, and `onZoom(zoom, centre)` when another zoom is chosen; the view itself moves the
 * picture. While `brush.isOn`, the brush gets the pointer and the keys. */
export function watchGestures(stage, view, { onSplit, onZoom, brush }) {
  let held = null; // {what: "line", "picture" or "brush", by: pointer's id, at: last point}, or "two" fingers

  const place = (event) => {
    const box = view.canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) * view.ratio, y: (event.clientY - box.top) * view.ratio };
  };
  const takesLine = (point) =>
    view.after && (!view.canPan || Math.abs(point.x - view.divide) < GRIP * view.ratio);

  // such as a palm, while a pen paints
  const isOther = ({ pointerId }) => held !== null && held.by !== pointerId;

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !view.picture || isOther(event)) return;
    const at = place(event);
    if (brush.isOn) {
      stage.setPointerCapture(event.pointerId);
      held = { what: "brush", by: event.pointerId, at };
      brush.press(view.pointAt(at.x, at.y));
      return;
    }
    held = { what: takesLine(at) ? "line" : "picture", by: event.pointerId, at };
    stage.setPointerCapture(event.pointerId);
    if (held.what === "line") onSplit(view.splitAt(at.x));
  });

  stage.addEventListener("pointermove", (event) => {
    if (!view.picture || isOther(event)) return;
    const at = place(event);
    if (brush.isOn) {
      brush[held ? "move" : "hover"](view.pointAt(at.x, at.y));
      return;
    }
    if (held?.what === "line") onSplit(view.splitAt(at.x));
    if (held?.what === "picture") view.pan(at.x - held.at.x, at.y - held.at.y);
    if (held) held.at = at;
    else stage.dataset.over = takesLine(at) ? "line" : view.canPan ? "picture" : "";
  });

  for (const kind of ["pointerup", "pointercancel"]) {
    stage.addEventListener(kind, (event) => {
      if (held !== "two" && isOther(event)) return;
      if (held?.what === "brush" && brush.isOn) brush.release();
      held = null;
    });
  }
  watchZooming(stage, view, {
    place,
    takesWheel: () => brush.isOn,
    onTwo: () => {
      if (brush.isOn) brush.cancel();
      held = "two"; // until a finger is lifted
    },
  });

  stage.addEventListener("dblclick", (event) => {
    if (!view.picture || brush.isOn) return;
    const { x, y } = place(event);
    const centre = view.pointAt(x, y);
    onZoom(view.zoom === "fit" ? 1 : "fit", centre);
  });

  stage.addEventListener("keydown", (event) => {
    if (view.picture && brush.isOn && brush.key(event)) return;
    if (!view.picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const turn = { "+": 1, "=": 1, "-": -1 }[event.key];
    if (move && view.canPan) {
      view.pan(move[0] * STEP * view.canvas.width, move[1] * STEP * view.canvas.height);
    } else if (turn) {
      onZoom(ZOOMS[Math.min(Math.max(stepOf(view) + turn, 0), ZOOMS.length - 1)]);
    } else return;
    event.preventDefault();
  });
  stage.addEventListener("keyup", (event) => {
    if (event.key === " " && brush.isOn) brush.release();
  });
  stage.addEventListener("blur", () => {
    if (brush.isOn && !held) brush.release(); // another element, or nothing, gets the `keyup`
  });
}

/** Returns the index in `ZOOMS` of the view's zoom. A zoom in between counts as 100 % if it is less
 * than 400 %, and otherwise as 400 %. */
function stepOf({ zoom }) {
  if (zoom === "fit") return 0;
  return zoom < 4 ? 1 : 2;
}
