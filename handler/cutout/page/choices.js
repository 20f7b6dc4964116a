import { byId, chosen } from "./dom.js";

export const DEFAULTS = {
  mode: "fg-image",
  strength: 73, // of the shadow, as its softness in percent; both as in the API
  softness: 50,
  backdrop: "none", // or "white", "black", "colour", "picture"
  colour: "#2f9e77",
  crop: "none", // or the margin as the API writes it
  canvas: "none", // or a preset of the API's
  format: "png", // or "jpg"
};

/** Sides of the API's presets, in pixels; null is the longer side of what the crop leaves. */
export const CANVASES = { square: null, amazon: 2000, ebay: 1600, shopify: 2048 };

/** What the panel's controls say. */
export function readChoices() {
  return {
    mode: chosen("mode"),
    strength: Number(byId("strength").value),
    softness: Number(byId("softness").value),
    backdrop: chosen("backdrop"),
    colour: byId("colour").value,
    crop: byId("crop").value,
    canvas: byId("canvas").value,
    format: chosen("format"),
  };
}

/** Sets the panel's controls. */
export function showChoices({ mode, backdrop, format, ...others }) {
  for (const [name, value] of Object.entries({ mode, backdrop, format })) {
    document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
  }
  for (const [id, value] of Object.entries(others)) byId(id).value = value;
  showDependent();
}

/** Shows only the controls that have an effect. A mask has no background. */
export function showDependent() {
  const { mode, backdrop, colour, canvas } = readChoices();
  byId("shadow-choice").hidden = mode !== "fg-image-shadow";
  byId("backdrops").disabled = mode === "fg-mask";
  byId("colour-choice").hidden = backdrop !== "colour";
  byId("picture-choice").hidden = backdrop !== "picture";
  byId("colour-chip").style.background = backdrop === "colour" ? colour : "";
  byId("crop").disabled = Boolean(CANVASES[canvas]);
  for (const id of ["strength", "softness"]) showPercent(id);
}

/** Shows the number that a slider stands for. */
export function showPercent(id) {
  const text = `${byId(id).value} %`;
  byId(`${id}-value`).textContent = text;
  byId(id).setAttribute("aria-valuetext", text);
}

/** The crop that has an effect: a preset of a fixed size is filled by the subject, cropped or not. */
export function cropOf({ crop, canvas }) {
  return CANVASES[canvas] ? "none" : crop;
}

/** What the server is asked for, as the API names it and without its defaults. The browser does the
 * rest. */
export function askedOf({ mode, strength, softness }) {
  const asked = { mode };
  if (mode !== "fg-image-shadow") return asked;
  if (strength !== DEFAULTS.strength) asked["shadow-opacity"] = strength / 100;
  if (softness !== DEFAULTS.softness) asked["shadow-softness"] = softness / 100;
  return asked;
}

/** Whether the server gives the same for both. */
export function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
