const WHEEL = 0.0015; // change of the zoom's logarithm for each pixel of the wheel
const LARGEST = 16; // maximum number of screen pixels for each pixel of the picture

/** Zooms by a factor so that a point of the canvas stays in place. */
export function zoomAt(view, factor, { x, y }) {
  const point = view.pointAt(x, y);
  const least = view.fit;
  const zoom = Math.min(Math.max(view.scale * factor, least), LARGEST);
  view.zoom = zoom <= least ? "fit" : zoom;
  const frame = view.frame;
  view.centre = {
    x: point.x + (view.canvas.width / 2 - x) / frame.width,
    y: point.y + (view.canvas.height / 2 - y) / frame.height,
  };
  view.pan(0, 0);
  for (const radio of document.querySelectorAll('input[name="zoom"]')) {
    radio.checked = radio.value === String(view.zoom);
  }
}

/** Handles the wheel and two fingers on the stage. Calls `onTwo()` when a second finger touches it. The
 * wheel alone scrolls the page, or zooms if `takesWheel()` returns true; with Ctrl, or as a touchpad's
 * pinch, it always zooms. `place(event)` returns an event's point on the canvas. */
export function watchZooming(stage, view, { place, takesWheel, onTwo }) {
  const fingers = new Map();
  const spread = () => {
    const [one, other] = [...fingers.values()];
    const middle = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
    return { ...middle, length: Math.hypot(one.x - other.x, one.y - other.y) };
  };
  stage.addEventListener(
    "wheel",
    (event) => {
      if (!view.picture || !(event.ctrlKey || takesWheel())) return;
      event.preventDefault();
      zoomAt(view, Math.exp(-event.deltaY * WHEEL * (event.ctrlKey ? 6 : 1)), place(event));
    },
    { passive: false },
  );
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !view.picture) return;
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 2) onTwo();
  });
  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const last = fingers.size === 2 && spread();
    fingers.set(event.pointerId, place(event));
    if (!last) return;
    const now = spread();
    zoomAt(view, now.length / Math.max(1, last.length), now);
    view.pan(now.x - last.x, now.y - last.y);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    stage.addEventListener(kind, (event) => fingers.delete(event.pointerId));
  }
}
