import { byId } from "./dom.js";

const WORDS = {
  done: "done",
  blank: "no subject found",
  erased: "everything is erased",
  failed: "failed",
  busy: "in progress",
  waiting: "waiting",
};
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, PageUp: -8, PageDown: 8 };

/** Shows the row of thumbnails to select photos with. */
export class Strip {
  #cells = new Map(); // photo → {cell, image, thumb}

  /** Calls `onSelect(photo)` and `onRemove(photo)` when the user selects or removes a photo. */
  constructor(album, { onSelect, onRemove }) {
    this.album = album;
    this.list = byId("strip");
    this.list.addEventListener("keydown", (event) => {
      if (event.key === "Delete" && event.repeat) return; // a held key would remove all, one by one
      if (event.key === "Delete") onRemove(album.selected);
      else if (event.key in STEPS) onSelect(album.neighbour(STEPS[event.key]));
      else if (event.key === "Home") onSelect(album.photos[0]);
      else if (event.key === "End") onSelect(album.photos.at(-1));
      else return;
      event.preventDefault();
    });
    this.list.addEventListener("click", (event) => {
      const id = event.target.closest("[role=option]")?.dataset.id;
      if (id) onSelect(album.photos.find((photo) => String(photo.id) === id));
    });
  }

  /** Updates all photos. */
  update() {
    for (const [photo, { cell, image }] of this.#cells) {
      if (this.album.photos.includes(photo)) continue;
      URL.revokeObjectURL(image.src);
      cell.remove();
      this.#cells.delete(photo);
    }
    this.album.photos.forEach((photo) => this.refresh(photo));
    this.list.hidden = this.album.photos.length < 2;
    this.follow();
  }

  /** Updates one photo. */
  refresh(photo) {
    if (!this.album.photos.includes(photo)) return;
    const entry = this.#cells.get(photo) ?? this.#add(photo);
    const { cell, image } = entry;
    const status = this.album.statusOf(photo);
    cell.dataset.status = status;
    cell.dataset.own = Boolean(photo.own);
    const isDoubtful = Boolean(this.album.doubtOf(photo));
    cell.dataset.doubtful = isDoubtful;
    const words = WORDS[this.album.isErased(photo) ? "erased" : status] + (isDoubtful ? ", please check" : "");
    cell.setAttribute("aria-label", `${photo.name}: ${words}`);
    cell.title = cell.getAttribute("aria-label");
    cell.querySelector("progress").value = shareOf(photo);
    if (photo.thumb && photo.thumb !== entry.thumb) {
      URL.revokeObjectURL(image.src);
      image.src = URL.createObjectURL(photo.thumb);
      image.hidden = false;
      entry.thumb = photo.thumb;
    }
  }

  /** Marks the selected photo and scrolls it into view. */
  follow() {
    for (const [photo, { cell }] of this.#cells) {
      cell.setAttribute("aria-selected", photo === this.album.selected);
    }
    const cell = this.#cells.get(this.album.selected)?.cell;
    if (!cell) return this.list.removeAttribute("aria-activedescendant");
    this.list.setAttribute("aria-activedescendant", cell.id);
    const middle = cell.offsetLeft + cell.offsetWidth / 2 - this.list.clientWidth / 2;
    this.list.scrollTo({ left: middle });
  }

  #add(photo) {
    const cell = document.createElement("div");
    Object.assign(cell, { id: `photo-${photo.id}`, className: "cell" });
    cell.dataset.id = photo.id;
    cell.setAttribute("role", "option");
    const image = Object.assign(document.createElement("img"), { alt: "", hidden: true, draggable: false });
    const bar = Object.assign(document.createElement("progress"), { max: 1 });
    bar.setAttribute("aria-hidden", "true");
    cell.append(image, bar);
    this.list.append(cell);
    const entry = { cell, image, thumb: null };
    this.#cells.set(photo, entry);
    return entry;
  }
}

/** Returns roughly how much of a photo's work is done, 0 to 1: the upload, then the work, then the
 * download. */
function shareOf({ phase, fraction }) {
  const [start, span] = { upload: [0, 0.4], work: [0.4, 0], download: [0.9, 0.1] }[phase] ?? [0, 0];
  return start + span * (fraction ?? 0);
}
