import { watchZooming } from "./zooming.js";

const GRIP = 20; // CSS pixels to either side of the line in which it is taken
const STEP = 0.15; // of the frame, for an arrow key
const MOVES = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const ZOOMS = ["fit", 1, 4];

/** Mouse, finger and keys on the picture. `onSplit(share)` and `onZoom(zoom)` tell what was asked
 * for; moving a picture is the view's own matter. While
 * `brush` is on, the pointer and the keys are its. */
export function watchGestures(stage, view, { onSplit, onZoom, brush }) {
  let held = null; // "line" or "picture", with where the pointer was last

  const place = (event) => {
    const box = view.canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) * view.ratio, y: (event.clientY - box.top) * view.ratio };
  };
  const takesLine = (point) =>
    view.after && (!view.canPan || Math.abs(point.x - view.divide) < GRIP * view.ratio);

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !view.picture || held === "two") return;
    const at = place(event);
    if (brush.isOn) {
      stage.setPointerCapture(event.pointerId);
      held = { what: "brush", at };
      brush.press(view.pointAt(at.x, at.y));
      return;
    }
    held = { what: takesLine(at) ? "line" : "picture", at };
    stage.setPointerCapture(event.pointerId);
    if (held.what === "line") onSplit(view.splitAt(at.x));
  });

  stage.addEventListener("pointermove", (event) => {
    if (!view.picture || held === "two") return;
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
    stage.addEventListener(kind, () => {
      if (held?.what === "brush" && brush.isOn) brush.release();
      held = null;
    });
  }
  watchZooming(stage, view, {
    place,
    takesWheel: () => brush.isOn,
    onTwo: () => {
      if (brush.isOn) brush.cancel();
      held = "two"; // until one of the two fingers goes
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
}

/** Which of the zooms the view has, or is nearest to from below. */
function stepOf({ zoom }) {
  if (zoom === "fit") return 0;
  return zoom < 4 ? 1 : 2;
}
