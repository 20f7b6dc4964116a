import { askedOf, DEFAULTS, isSame } from "./choices.js";
import { doubtIn } from "./doubt.js";
import { isByHand } from "./photo.js";

/** Holds all photos in order, the selected one, and the choices for them. */
export class Album {
  photos = [];
  selected = null;
  shared = { ...DEFAULTS };
  mending = null; // photo being mended, or to be mended once its cut-out exists

  /** Returns the choices for a photo. The photo being mended always has the cut-out as its result. */
  choicesOf(photo) {
    const choices = photo?.own ?? this.shared;
    return photo && photo === this.mending ? { ...choices, mode: "fg-image" } : choices;
  }

  modeOf(photo) {
    return this.choicesOf(photo).mode;
  }

  /** Returns the parameters to request for a photo, see `askedOf`. */
  askedOf(photo) {
    return askedOf(this.choicesOf(photo));
  }

  statusOf(photo) {
    return photo.status(this.resultOf(photo));
  }

  /** Returns the result for the photo's choices; undefined if there is none yet, or only one with other
   * shadow settings. */
  resultOf(photo) {
    const asked = this.askedOf(photo);
    const made = photo.made.get(asked.mode);
    return made && isSame(made.asked ?? { mode: asked.mode }, asked) ? made : undefined;
  }

  /** Returns whether the user has erased everything in a photo's result. */
  isErased(photo) {
    return this.statusOf(photo) === "blank" && isByHand(this.resultOf(photo));
  }

  /** Returns what the user should check in a photo's result: "nothing" (no subject was found), its
   * "outline" or its "subject"; null if nothing is doubtful, or there is no result yet. */
  doubtOf(photo) {
    return photo && !photo.phase ? doubtIn(this.resultOf(photo), photo.isChecked) : null;
  }

  /** Returns the next photo to check after the selected one, from the start again after the last photo;
   * undefined if there is none. The selected photo comes last. */
  nextToCheck() {
    const start = this.photos.indexOf(this.selected) + 1;
    const inTurn = [...this.photos.slice(start), ...this.photos.slice(0, start)];
    return inTurn.find((photo) => this.doubtOf(photo));
  }

  /** Counts the photos by status ("done", "blank", "failed", "busy" or "waiting"), those that are done
   * but "doubtful", and those that are blank since they were "erased". */
  counts() {
    const counts = { done: 0, blank: 0, failed: 0, busy: 0, waiting: 0, doubtful: 0, erased: 0 };
    for (const photo of this.photos) {
      const status = this.statusOf(photo);
      counts[status] += 1;
      if (status === "done" && this.doubtOf(photo)) counts.doubtful += 1;
      if (this.isErased(photo)) counts.erased += 1;
    }
    return counts;
  }

  /** Removes a photo. If it was selected, selects the next photo, or the last one; null if none is
   * left. */
  remove(photo) {
    const index = this.photos.indexOf(photo);
    this.photos.splice(index, 1);
    if (photo === this.selected) {
      this.selected = this.photos[Math.min(index, this.photos.length - 1)] ?? null;
    }
  }

  /** Returns the photo `step` places after the selected one, or before it if negative; at most the last
   * or first photo. */
  neighbour(step) {
    const index = this.photos.indexOf(this.selected) + step;
    return this.photos[Math.min(Math.max(index, 0), this.photos.length - 1)];
  }
}
