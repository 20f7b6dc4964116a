import { byId } from "./dom.js";

/** Shows a notice with one line for each text until it is closed. */
export function showNotice(title, texts = []) {
  byId("notice-title").textContent = title;
  byId("notice-list").replaceChildren(
    ...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
  byId("notice").hidden = false;
}

/** Shows which files are left out, and why. */
export function showLeftOut(files) {
  const title = files.length === 1 ? "1 file left out" : `${files.length} files left out`;
  showNotice(title, files.map(({ name, reason }) => `${name}: ${reason}`));
}

export function watchNotice() {
  byId("notice-close").addEventListener("click", () => hideNotice());
}

export function hideNotice() {
  byId("notice").hidden = true;
}
