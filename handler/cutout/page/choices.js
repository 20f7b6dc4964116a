import { byId, chosen } from "./dom.js";

export const DEFAULTS = {
  mode: "fg-image",
  backdrop: "none", // or "white", "black", "colour", "picture"
  colour: "#2f9e77",
  crop: "none", // or the margin as the API writes it
  format: "png", // or "jpg"
};

/** What the panel's controls say. */
export function readChoices() {
  return {
    mode: chosen("mode"),
    backdrop: chosen("backdrop"),
    colour: byId("colour").value,
    crop: byId("crop").value,
    format: chosen("format"),
  };
}

/** Sets the panel's controls. */
export function showChoices({ mode, backdrop, colour, crop, format }) {
  for (const [name, value] of Object.entries({ mode, backdrop, format })) {
    document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
  }
  byId("colour").value = colour;
  byId("crop").value = crop;
  showDependent();
}

/** Shows only the controls that have an effect. A mask has no background. */
export function showDependent() {
  const { mode, backdrop, colour } = readChoices();
  byId("backdrops").disabled = mode === "fg-mask";
  byId("colour-choice").hidden = backdrop !== "colour";
  byId("picture-choice").hidden = backdrop !== "picture";
  byId("colour-chip").style.background = backdrop === "colour" ? colour : "";
}
