import { byId, chosen } from "./dom.js";

const OWN_SIDE = 1000; // pixels of an own canvas, if the server allows as much

export const DEFAULTS = {
  mode: "fg-image",
  strength: 73, // percent, like `softness`; both are the API's defaults for shadows
  softness: 50,
  backdrop: "none", // or "white", "black", "colour", "picture"
  colour: "#2f9e77",
  crop: "none", // or a margin in the API's notation, such as "5%"
  canvas: "none", // or one of the API's presets, or of `width` and `height`: "fit" or "own"
  width: Math.min(OWN_SIDE, Number(byId("width").max)),
  height: Math.min(OWN_SIDE, Number(byId("height").max)),
  format: "png", // or "jpg"
  quality: "89", // or "100". From 90 on, the server and Firefox subsample no chroma, but Chromium does
  isWhitened: false, // whether the canvas has set the white background, not the user
};

/** Maps the API's presets to their sides in pixels; null is the longer side of the cropped picture. */
export const CANVASES = { square: null, amazon: 2000, ebay: 1600, shopify: 2048 };

/** Returns the choices that the panel's controls show. */
export function readChoices() {
  return {
    mode: chosen("mode"),
    strength: Number(byId("strength").value),
    softness: Number(byId("softness").value),
    backdrop: chosen("backdrop"),
    colour: byId("colour").value,
    crop: byId("crop").value,
    canvas: byId("canvas").value,
    width: Number(byId("width").value),
    height: Number(byId("height").value),
    format: chosen("format"),
    quality: chosen("quality"),
    isWhitened: byId("canvas").dataset.whitened === "true",
  };
}

/** Sets the panel's controls to the given choices. */
export function showChoices({ mode, backdrop, format, quality, isWhitened = false, ...others }) {
  for (const [name, value] of Object.entries({ mode, backdrop, format, quality })) {
    document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
  }
  for (const [id, value] of Object.entries(others)) byId(id).value = value;
  byId("canvas").dataset.whitened = isWhitened;
  showDependent();
}

/** Returns those of stored choices that the panel's controls can show. Older versions of the page have
 * fewer choices, and newer ones may have others. */
export function showable(choices) {
  return Object.fromEntries(Object.entries(choices ?? {}).filter(([name, value]) => canShow(name, value)));
}

function canShow(name, value) {
  if (!Object.hasOwn(DEFAULTS, name) || typeof value !== typeof DEFAULTS[name]) return false;
  if (typeof value === "boolean") return true; // has no control
  const buttons = [...document.querySelectorAll(`input[type="radio"][name="${name}"]`)];
  if (buttons.length) return buttons.some((button) => button.value === value);
  const control = byId(name).cloneNode(true);
  control.value = value; // becomes another value if the control does not have it
  return control.value === String(value) && control.validity.valid;
}

/** Shows only the controls that have an effect. A mask has no background. */
export function showDependent() {
  const { mode, backdrop, colour, canvas, format } = readChoices();
  byId("shadow-choice").hidden = mode !== "fg-image-shadow";
  byId("backdrops").disabled = mode === "fg-mask";
  byId("colour-choice").hidden = backdrop !== "colour";
  byId("picture-choice").hidden = backdrop !== "picture";
  byId("colour-chip").style.background = backdrop === "colour" ? colour : "";
  byId("sizes").hidden = !isOwnSize(canvas);
  byId("crop").disabled = ignoresCrop(canvas);
  byId("qualities").hidden = format !== "jpg";
  for (const id of ["strength", "softness"]) showPercent(id);
}

/** Shows the value of a slider in percent. */
export function showPercent(id) {
  const text = `${byId(id).value} %`;
  byId(`${id}-value`).textContent = text;
  byId(id).setAttribute("aria-valuetext", text);
}

/** Returns whether a canvas has the chosen width and height. */
export function isOwnSize(canvas) {
  return canvas === "fit" || canvas === "own";
}

/** Returns whether a canvas has a fixed size that the subject fills in any case. */
function ignoresCrop(canvas) {
  return canvas === "own" || Boolean(CANVASES[canvas]);
}

/** Returns the crop that takes effect. */
export function cropOf({ crop, canvas }) {
  return ignoresCrop(canvas) ? "none" : crop;
}

/** Returns the parameters to request, under the API's names and without its defaults. The browser
 * applies all other choices. */
export function askedOf({ mode, strength, softness }) {
  const asked = { mode };
  if (mode !== "fg-image-shadow") return asked;
  if (strength !== DEFAULTS.strength) asked["shadow-opacity"] = strength / 100;
  if (softness !== DEFAULTS.softness) asked["shadow-softness"] = softness / 100;
  return asked;
}

/** Returns whether two plain objects have the same JSON. */
export function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
