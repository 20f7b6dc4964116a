import { readChoices, showDependent } from "./choices.js";
import { byId } from "./dom.js";

/** The controls for result, background, crop and format. `onChange(choices)` is called when one has
 * changed, `onScene(file)` when a picture was chosen as background. */
export function watchPanel(scene, { onChange, onScene }) {
  const change = () => {
    showDependent();
    onChange(readChoices());
  };
  byId("choices").addEventListener("change", (event) => {
    if (event.target.id !== "scene" && event.target.name !== "scope") change();
  });
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
