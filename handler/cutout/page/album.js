import { askedOf, DEFAULTS, isSame } from "./choices.js";
import { doubtIn } from "./doubt.js";

/** All photos in their order, the one that is looked at, and the choices. */
export class Album {
  photos = [];
  selected = null;
  shared = { ...DEFAULTS };
  mending = null; // the photo that is mended, or will be once its cut-out is there

  /** What is chosen for a photo; of one that is mended, the cut-out is wanted. */
  choicesOf(photo) {
    const choices = photo?.own ?? this.shared;
    return photo && photo === this.mending ? { ...choices, mode: "fg-image" } : choices;
  }

  modeOf(photo) {
    return this.choicesOf(photo).mode;
  }

  /** What the server is asked for a photo. */
  askedOf(photo) {
    return askedOf(this.choicesOf(photo));
  }

  statusOf(photo) {
    return photo.status(this.resultOf(photo));
  }

  /** The result that the photo's choices name; undefined where there is none yet, or one with another
   * shadow. */
  resultOf(photo) {
    const asked = this.askedOf(photo);
    const made = photo.made.get(asked.mode);
    return made && isSame(made.asked ?? { mode: asked.mode }, asked) ? made : undefined;
  }

  /** What a person should check about a photo's result: "nothing" was found, its "outline" or its
   * "subject"; null where nothing is doubtful, or there is no result yet. */
  doubtOf(photo) {
    return photo && !photo.phase ? doubtIn(this.resultOf(photo), photo.isChecked) : null;
  }

  /** The next photo to check after the one that is looked at, which comes last; undefined where none is. */
  nextToCheck() {
    const start = this.photos.indexOf(this.selected) + 1;
    const inTurn = [...this.photos.slice(start), ...this.photos.slice(0, start)];
    return inTurn.find((photo) => this.doubtOf(photo));
  }

  /** How many photos are "done", "blank", "failed", "busy" and "waiting", and how many of those done are
   * "doubtful". */
  counts() {
    const counts = { done: 0, blank: 0, failed: 0, busy: 0, waiting: 0, doubtful: 0 };
    for (const photo of this.photos) {
      const status = this.statusOf(photo);
      counts[status] += 1;
      if (status === "done" && this.doubtOf(photo)) counts.doubtful += 1;
    }
    return counts;
  }

  /** Takes a photo out; the next one is looked at in its place. */
  remove(photo) {
    const index = this.photos.indexOf(photo);
    this.photos.splice(index, 1);
    if (photo === this.selected) {
      this.selected = this.photos[Math.min(index, this.photos.length - 1)] ?? null;
    }
  }

  /** The photo so many places on, or at the nearest end. */
  neighbour(step) {
    const index = this.photos.indexOf(this.selected) + step;
    return this.photos[Math.min(Math.max(index, 0), this.photos.length - 1)];
  }
}
