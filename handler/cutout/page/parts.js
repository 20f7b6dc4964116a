const GRID = 1024; // maximum side in pixels of the reduced alpha, in which parts are detected
const SOLID = 128; // minimum alpha of a part's pixels
const VISIBLE_ALPHA = 16; // minimum alpha of pixels that can be pointed at
const SPECK = 0.001; // share of the largest part's area: smaller parts join the nearest one
const LEAST = 12; // minimum area of a part, in pixels of the reduced alpha
const MOST_PARTS = 60;

/** Detects the connected parts of a cut-out, the largest first. Every pixel belongs to the nearest
 * part, so that soft edges and hair stay with their object. Parts are detected in an alpha that is
 * reduced by a whole factor, and apply at full size. */
export class Parts {
  #nearX;
  #nearY;
  #owner; // number of each pixel's part, from 1; 0 if there are no parts

  /** Detects the parts of `picture`, a canvas or bitmap with alpha; `seen` is the last step that was
   * done on it. */
  constructor(picture, seen) {
    this.seen = seen;
    this.factor = Math.max(1, Math.ceil(Math.max(picture.width, picture.height) / GRID));
    this.width = Math.ceil(picture.width / this.factor);
    this.height = Math.ceil(picture.height / this.factor);
    this.alpha = reducedAlpha(picture, this);
    const { labels, areas } = labelled(this.alpha, this);
    const numbers = numbered(areas);
    const cores = labels.map((label) => numbers[label]);
    this.#owner = this.#spread(cores);
    const total = areas.reduce((sum, each) => sum + each, 0);
    const count = numbers.reduce((most, each) => Math.max(most, each), 0);
    const source = { grid: this, cores, owner: this.#owner, boxes: boxesOf(this.#owner, this, count) };
    this.all = Array.from({ length: count }, (_, index) => {
      const share = areas[numbers.indexOf(index + 1)] / total;
      return new Part(index + 1, share, source);
    });
  }

  /** Returns the part at a point, given as shares of the picture's sides (0 to 1), or the nearest one
   * within `reach` of the picture's pixels; null if there is none. */
  at({ x, y }, reach) {
    const clamped = (share, length) => Math.min(Math.floor(share * length), length - 1);
    const [column, row] = [clamped(x, this.width), clamped(y, this.height)];
    const at = row * this.width + column;
    const part = this.all[this.#owner[at] - 1] ?? null;
    if (!part || this.alpha[at] >= VISIBLE_ALPHA) return part;
    const gap = Math.hypot(this.#nearX[at] - column, this.#nearY[at] - row);
    return gap * this.factor <= reach ? part : null;
  }

  /** Returns the number of the nearest core for each pixel, in two passes that propagate its position
   * (Danielsson, "Euclidean distance mapping", 1980). */
  #spread(cores) {
    const { width, height } = this;
    const nearX = (this.#nearX = new Int16Array(cores.length).fill(-1));
    const nearY = (this.#nearY = new Int16Array(cores.length));
    for (let at = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (!cores[at]) continue;
        nearX[at] = x;
        nearY[at] = y;
      }
    }
    const look = (at, x, y, other) => {
      if (nearX[other] < 0) return;
      const dx = nearX[other] - x;
      const dy = nearY[other] - y;
      const ox = nearX[at] - x;
      const oy = nearY[at] - y;
      if (nearX[at] >= 0 && ox * ox + oy * oy <= dx * dx + dy * dy) return;
      nearX[at] = nearX[other];
      nearY[at] = nearY[other];
    };
    const pass = (down) => {
      for (let line = 0; line < height; line++) {
        const y = down ? line : height - 1 - line;
        const start = y * width;
        const beside = down ? -width : width;
        for (let x = 0; x < width; x++) {
          const at = start + x;
          if (cores[at]) continue;
          if (line > 0) {
            look(at, x, y, at + beside);
            if (x > 0) look(at, x, y, at + beside - 1);
            if (x < width - 1) look(at, x, y, at + beside + 1);
          }
          if (x > 0) look(at, x, y, at - 1);
        }
        for (let x = width - 2; x >= 0; x--) {
          if (!cores[start + x]) look(start + x, x, y, start + x + 1);
        }
      }
    };
    pass(true);
    pass(false);
    return cores.map((core, at) => core || (nearX[at] < 0 ? 0 : cores[nearY[at] * width + nearX[at]]));
  }
}

/** Represents one part: its `number` from 1, its `share` of the visible cut-out (0 to 1), its outline
 * and its pixels. */
export class Part {
  #source;
  #outline = null;
  #area = null;

  constructor(number, share, source) {
    Object.assign(this, { number, share });
    this.#source = source;
  }

  /** Returns the `Parts` that contain this part. */
  get parts() {
    return this.#source.grid;
  }

  /** Returns a path around the part's core, in pixels of the reduced alpha. */
  get outline() {
    const { grid, cores, boxes } = this.#source;
    return (this.#outline ??= outlineOf(cores, this.number, boxes[this.number], grid));
  }

  /** Clips a context of the whole picture's size to this part's pixels while `work()` runs. */
  within(context, work) {
    const { grid, owner, boxes } = this.#source;
    this.#area ??= areaOf(owner, this.number, boxes[this.number], grid);
    context.save();
    context.scale(grid.factor, grid.factor);
    context.clip(this.#area);
    context.scale(1 / grid.factor, 1 / grid.factor);
    work();
    context.restore();
  }
}

function reducedAlpha(picture, { factor, width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, picture.width / factor, picture.height / factor);
  const { data } = context.getImageData(0, 0, width, height);
  const alpha = new Uint8Array(width * height);
  for (let at = 0; at < alpha.length; at++) alpha[at] = data[4 * at + 3];
  return alpha;
}

/** Labels connected solid pixels (8 neighbours) from 1, and the others 0. Returns `{labels, areas}`:
 * each pixel's label, and each label's area in pixels. */
function labelled(alpha, { width, height }) {
  const [labels, areas, stack] = [new Uint32Array(alpha.length), [0], []];
  const visit = (at) => {
    if (alpha[at] < SOLID || labels[at]) return;
    labels[at] = areas.length;
    stack.push(at);
  };
  for (let first = 0; first < alpha.length; first++) {
    visit(first);
    if (!stack.length) continue;
    let area = 0;
    while (stack.length) {
      const at = stack.pop();
      const x = at % width;
      const y = (at - x) / width;
      area += 1;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          visit(row * width + column);
        }
      }
    }
    areas.push(area);
  }
  return { labels, areas };
}

/** Returns the number of each label's part, 1 for the largest; 0 for specks. */
function numbered(areas) {
  const numbers = areas.map(() => 0);
  const byArea = areas.map((area, label) => ({ area, label })).sort((one, other) => other.area - one.area);
  const least = Math.max(SPECK * byArea[0].area, Math.min(LEAST, byArea[0].area), 1);
  byArea.slice(0, MOST_PARTS).forEach(({ area, label }, index) => {
    if (area >= least) numbers[label] = index + 1;
  });
  return numbers;
}

/** Returns a path of the edges between a part and its surroundings, with one line for each run in a row
 * or column. */
function outlineOf(cores, number, { left, top, right, bottom }, { width, height }) {
  const path = new Path2D();
  const isIn = (x, y) => x >= 0 && y >= 0 && x < width && y < height && cores[y * width + x] === number;
  const follow = ([first, last], [start, end], isEdge, draw) => {
    for (let line = first; line <= last; line++) {
      for (let at = start, begun = -1; at <= end; at++) {
        const edge = at < end && isEdge(line, at);
        if (edge && begun < 0) begun = at;
        if (edge || begun < 0) continue;
        draw(line, begun, at);
        begun = -1;
      }
    }
  };
  follow([top, bottom], [left, right], (y, x) => isIn(x, y - 1) !== isIn(x, y), (y, from, to) => {
    path.moveTo(from, y);
    path.lineTo(to, y);
  });
  follow([left, right], [top, bottom], (x, y) => isIn(x - 1, y) !== isIn(x, y), (x, from, to) => {
    path.moveTo(x, from);
    path.lineTo(x, to);
  });
  return path;
}

/** Returns the box around each part's pixels, by its number: `{left, top, right, bottom}`. */
function boxesOf(owner, { width, height }, count) {
  const box = () => ({ left: width, top: height, right: 0, bottom: 0 });
  const boxes = Array.from({ length: count + 1 }, box);
  for (let at = 0, y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const own = boxes[owner[at]];
      if (x < own.left) own.left = x;
      if (x >= own.right) own.right = x + 1;
      if (y < own.top) own.top = y;
      own.bottom = y + 1;
    }
  }
  return boxes;
}

/** Returns a path that covers a part's pixels, with one rectangle for each run in a row. */
function areaOf(owner, number, box, { width }) {
  const path = new Path2D();
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left, start = -1; x <= box.right; x++) {
      const isOwn = x < box.right && owner[y * width + x] === number;
      if (isOwn && start < 0) start = x;
      if (isOwn || start < 0) continue;
      path.rect(start, y, x - start, 1);
      start = -1;
    }
  }
  return path;
}
