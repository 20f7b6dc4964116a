import { CANVASES, readChoices, showDependent, showPercent } from "./choices.js";
import { byId, chosen } from "./dom.js";
import { say } from "./status.js";

const PAUSE = 400; // milliseconds after the last key until a slider counts as released

/** Handles the controls for result, shadow, background, canvas, crop and format. `current()` returns
 * the choices so far. Calls `onChange(choices)` when one has changed, and `onScene(file)` when a
 * background picture was chosen. */
export function watchPanel(scene, { current, onChange, onScene }) {
  const change = () => {
    showDependent();
    onChange(readChoices());
  };
  byId("choices").addEventListener("change", ({ target }) => {
    if (target.id === "scene" || target.name === "scope" || target.type === "range") return;
    if (target.name === "backdrop") byId("canvas").dataset.whitened = false;
    if (target.id === "canvas") followCanvas(target, current());
    if (target.type === "number") bringWithin(target, current()[target.id]);
    change();
  });
  for (const id of ["strength", "softness"]) watchRelease(id, change);
  byId("colour").addEventListener("input", change);
  // A click opens the file dialog. The arrow keys do not, because they may only pass this button on
  // the way to another.
  byId("backdrops").querySelector('[value="picture"]').addEventListener("click", (event) => {
    if (event.detail > 0 && !scene.bitmap) byId("scene").click();
  });
  byId("scene").addEventListener("change", () => {
    const [file] = byId("scene").files;
    byId("scene").value = "";
    if (file) onScene(file);
  });
}

/** Brings a number that was typed within the limits of its field; `last` takes the place of none. */
function bringWithin(field, last) {
  const typed = Number.isNaN(field.valueAsNumber) ? last : field.valueAsNumber;
  const value = Math.min(Math.max(Math.round(typed), Number(field.min)), Number(field.max));
  if (value !== field.valueAsNumber) say(`Changed to ${value} pixels.`);
  field.value = value;
}

/** Sets a white background with the first preset if there is none, as marketplaces require, and removes
 * it with the canvas, unless the user has chosen a background in between. A mask has no background. */
function followCanvas(canvas, { mode, canvas: last }) {
  const isPlain = mode !== "fg-mask" && chosen("backdrop") === "none";
  const isFirst = canvas.value in CANVASES && !(last in CANVASES) && isPlain;
  if (isFirst) chooseBackdrop("white");
  if (canvas.value === "none" && canvas.dataset.whitened === "true") chooseBackdrop("none");
  canvas.dataset.whitened = canvas.value !== "none" && (isFirst || canvas.dataset.whitened === "true");
}

function chooseBackdrop(value) {
  byId("backdrops").querySelector(`[value="${value}"]`).checked = true;
}

/** Calls `onRelease` when a slider was moved and is released, since the server makes the photos again
 * after each change. A key may be pressed repeatedly, or held, before the slider is in place. */
function watchRelease(id, onRelease) {
  const slider = byId(id);
  let [isHeld, isMoved, timer] = [false, false, null];
  const release = () => {
    clearTimeout(timer);
    if (isMoved) onRelease();
    isMoved = false;
  };
  const hold = (event) => {
    isHeld = event.type === "keydown";
    clearTimeout(timer);
    if (!isHeld) timer = setTimeout(release, PAUSE);
  };
  slider.addEventListener("input", () => showPercent(id));
  slider.addEventListener("change", () => {
    isMoved = true;
    if (!isHeld) release();
  });
  for (const kind of ["keydown", "keyup"]) slider.addEventListener(kind, hold);
  slider.addEventListener("focusout", () => {
    isHeld = false;
    release();
  });
}
