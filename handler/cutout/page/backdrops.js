import { byId, chosen } from "./dom.js";
import { decoded } from "./picture.js";

/** The choice of a background; `onChange` is called when it has changed, `nothing(text)` where a
 * file is no picture. */
export function watchBackdrops(backdrop, onChange, nothing) {
  const change = () => {
    backdrop.kind = chosen("backdrop");
    backdrop.colour = byId("colour").value;
    byId("colour-choice").hidden = backdrop.kind !== "colour";
    byId("picture-choice").hidden = backdrop.kind !== "picture";
    onChange();
  };

  byId("backdrops").addEventListener("change", (event) => {
    if (event.target.name === "backdrop") change();
  });
  byId("colour").addEventListener("input", () => {
    byId("colour-chip").style.background = byId("colour").value;
    change();
  });
  // Whoever clicks on it wants to choose one; whoever comes with the arrow keys may be on the way to
  // another button, and has one of its own.
  byId("backdrops").querySelector('[value="picture"]').addEventListener("click", (event) => {
    if (event.detail > 0 && !backdrop.picture) byId("scene").click();
  });
  byId("scene").addEventListener("change", async () => {
    const [file] = byId("scene").files;
    byId("scene").value = "";
    const picture = file && (await decoded(file));
    if (!picture) {
      if (file) nothing(`This browser can’t open “${file.name}”. Use a JPEG or PNG.`);
      return;
    }
    backdrop.picture?.close();
    backdrop.picture = picture;
    byId("scene-name").textContent = file.name;
    change();
  });
}
