import { DEFAULTS } from "./choices.js";

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

  statusOf(photo) {
    return photo.status(this.modeOf(photo));
  }

  /** The result that the photo's choices name; undefined where there is none yet. */
  resultOf(photo) {
    return photo.made.get(this.modeOf(photo));
  }

  /** How many photos are "done", "blank", "failed", "busy" and "waiting". */
  counts() {
    const counts = { done: 0, blank: 0, failed: 0, busy: 0, waiting: 0 };
    for (const photo of this.photos) counts[this.statusOf(photo)] += 1;
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
