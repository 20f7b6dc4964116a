import { byId } from "./dom.js";
import { say } from "./status.js";

const SENTENCES = {
  outline: ["Please check the outline.", "Large parts are half transparent."],
  subject: ["Please check the subject.", "It’s unclear what to keep."],
  nothing: ["No subject found.", ""],
};

/** Guides the user through doubtful results: says what to check, and selects the next one. */
export class Checking {
  /** Calls `onSelect(photo)` to show a photo, and `onFine(photo)` when the user accepts its result. */
  constructor(album, { onSelect, onFine }) {
    Object.assign(this, { album, onSelect, onFine });
    byId("next").addEventListener("click", () => this.#selectNext());
    for (const button of this.#buttons) button.addEventListener("click", () => this.#accept());
    for (const id of ["name", "stage", "tools", "strip", "doubt", "blank", "failure", "tally"]) {
      byId(id).addEventListener("keydown", (event) => this.#shortcut(event));
    }
  }

  /** Returns what is doubtful about the selected photo, and why; an empty list if nothing is. */
  get sentences() {
    return SENTENCES[this.album.doubtOf(this.album.selected)] ?? [];
  }

  /** Updates the sentence and the buttons. */
  show() {
    const { album } = this;
    const doubt = album.doubtOf(album.selected);
    const isShownElsewhere = doubt === "nothing" || Boolean(album.mending); // "nothing" has its own sheet
    byId("doubt").hidden = !doubt || isShownElsewhere;
    const [title = "", text = ""] = this.sentences;
    byId("doubt-title").textContent = title;
    byId("doubt-text").textContent = text;
    byId("fine-blank").hidden = !doubt;
    byId("next").hidden = [undefined, album.selected].includes(album.nextToCheck());
  }

  get #buttons() {
    return [byId("fine"), byId("fine-blank")];
  }

  #shortcut(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.mending) return;
    const work = { n: () => this.#selectNext(), f: () => this.#accept() }[event.key.toLowerCase()];
    if (!work) return;
    event.preventDefault();
    work();
  }

  #selectNext() {
    const photo = this.album.nextToCheck();
    if (!photo) return say("No more photos to check.");
    if (photo === this.album.selected) {
      return say(["No other photos to check.", ...this.sentences].join(" ").trim());
    }
    this.onSelect(photo);
    return say([`${photo.name}.`, ...this.sentences].join(" ").trim());
  }

  #accept() {
    const photo = this.album.selected;
    if (!this.album.doubtOf(photo)) return;
    const hadFocus = this.#buttons.includes(document.activeElement);
    this.onFine(photo);
    if (hadFocus) byId(byId("next").hidden ? "stage" : "next").focus(); // the button is hidden now
    say("Marked as fine.");
  }
}
