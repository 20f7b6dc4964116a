import { byId } from "./dom.js";
import { Parts } from "./parts.js";
import { say } from "./status.js";

const FINGER = 12; // CSS pixels around the pointer within which a part is hit
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const HAIRLINE = { width: 1.25, dash: [5, 4] };
const BOLD = { width: 2.5, dash: [] };

/** Switches the objects of a cut-out off and on, on the picture and by a row of buttons. */
export class Picking {
  #strokes = null;
  #parts = null;
  #current = null; // part under the pointer or with the focus
  #pressed = null;

  /** Calls `onToggle(step)` with the step to do. */
  constructor(view, onToggle) {
    Object.assign(this, { view, onToggle });
    const row = byId("parts");
    row.addEventListener("click", (event) => this.#toggle(this.#partOf(event.target)));
    row.addEventListener("focusin", (event) => this.#look(this.#partOf(event.target)));
    row.addEventListener("focusout", () => this.#look(null));
    row.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Starts the tool on `strokes`. */
  start(strokes) {
    this.#strokes = strokes;
    this.follow();
    this.view.marks = (context, frame) => this.#draw(context, frame);
    byId("parts").hidden = false;
    const count = this.#parts.all.length;
    say(count ? `${count === 1 ? "1 object" : `${count} objects`}. A click switches it off or on.` : "No object.");
    this.show();
  }

  /** Stops the tool when another one is selected. */
  stop() {
    this.#current = this.#pressed = this.view.marks = null;
    byId("parts").hidden = true;
  }

  /** Stops the tool and releases the picture when mending ends. */
  forget() {
    this.stop();
    this.#strokes = this.#parts = null;
    byId("parts").replaceChildren();
  }

  /** Updates the buttons. */
  show() {
    for (const button of byId("parts").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", !this.#strokes.isOff(this.#partOf(button)));
    }
    this.view.draw();
  }

  /** Updates the list of objects. Keeps the objects while one of them is off, so that it can be
   * switched on, or while no stroke has been added or undone since they were detected. Otherwise detects
   * them again, so that no object depends on a step that has been undone. */
  follow() {
    const [strokes, last] = [this.#strokes, this.#parts];
    const known = last && !strokes.hasOtherStrokesThanAt(last.seen) ? last : null;
    this.#parts = strokes.partsOff ?? known ?? new Parts(strokes.canvas, strokes.last);
    if (this.#parts !== last) this.#list();
  }

  press(share) {
    this.hover(share);
    this.#pressed = this.#current;
  }

  release() {
    if (this.#pressed && this.#pressed === this.#current) this.#toggle(this.#pressed);
    this.#pressed = null;
  }

  cancel() {
    this.#pressed = null;
  }

  hover(share) {
    const { view } = this;
    this.#look(this.#parts.at(share, (FINGER * view.ratio) / view.scale));
  }

  /** Handles a key on the picture. Returns whether it did. */
  key(event) {
    const { all } = this.#parts;
    if (!all.length) return false;
    if (event.key in ARROWS) {
      const step = ARROWS[event.key];
      const at = this.#current ? all.indexOf(this.#current) + step : step > 0 ? 0 : -1;
      this.#look(all.at(at % all.length));
      say(this.#nameOf(this.#current));
    } else if ((event.key === "Enter" || event.key === " ") && this.#current) {
      if (!event.repeat) this.#toggle(this.#current);
    } else return false;
    event.preventDefault();
    return true;
  }

  #toggle(part) {
    if (!part) return;
    this.onToggle({ part, isOff: !this.#strokes.isOff(part) });
    say(this.#nameOf(part));
  }

  #look(part) {
    if (part === this.#current) return;
    this.#current = part;
    this.view.draw();
  }

  #nameOf(part) {
    return `Object ${part.number} of ${this.#parts.all.length}: ${this.#strokes.isOff(part) ? "off" : "on"}`;
  }

  #partOf(element) {
    const number = element.closest("button")?.dataset.part;
    return number ? this.#parts.all[number - 1] : null;
  }

  #list() {
    const buttons = this.#parts.all.map(({ number, share }) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button small", textContent: number });
      button.dataset.part = number;
      button.setAttribute("aria-label", `Object ${number}, ${Math.max(1, Math.round(100 * share))} %`);
      return button;
    });
    const row = byId("parts");
    const hadFocus = row.contains(document.activeElement);
    this.#current = this.#pressed = null;
    row.replaceChildren(...buttons);
    if (hadFocus) byId("stage").focus();
  }

  /** Moves the focus from button to button by arrow keys. */
  #move(event) {
    const buttons = [...byId("parts").querySelectorAll("button")];
    if (!(event.key in ARROWS) || !buttons.length) return;
    const at = buttons.indexOf(document.activeElement) + ARROWS[event.key];
    buttons.at(at % buttons.length).focus();
    event.preventDefault();
  }

  /** Draws outlines of the objects that are off, and of the one under the pointer or with the focus. */
  #draw(context, { x, y, width }) {
    const { picture, ratio } = this.view;
    const scale = (width / picture.width) * this.#parts.factor;
    context.save();
    context.translate(x, y);
    context.scale(scale, scale);
    for (const part of this.#parts.all) {
      if (part === this.#current) trace(context, part, BOLD, ratio / scale);
      else if (this.#strokes.isOff(part)) trace(context, part, HAIRLINE, ratio / scale);
    }
    context.restore();
  }
}

/** Draws a black line and a white line on it, so that one is visible on any background. */
function trace(context, part, { width, dash }, unit) {
  for (const [colour, more] of [["#000", 2], ["#fff", 0]]) {
    Object.assign(context, { strokeStyle: colour, lineWidth: (width + more) * unit });
    context.setLineDash(more ? [] : dash.map((length) => length * unit));
    context.stroke(part.outline);
  }
}
