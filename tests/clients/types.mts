// Uses of the client that TypeScript must accept or refuse; test_javascript.py compiles it.
import { CutOutError, LARGEST_FORM, backoff, cutOut, uploadPath } from "../../clients/js/cutout.js";
import type { Bytes, ErrorCode, ImageEntity, Options, Progress, Result } from "../../clients/js/cutout.js";

const url = "https://host";
const control = new AbortController();
const options: Options = {
  url: new URL(url),
  key: "key",
  mode: "fg-image-shadow",
  background: "white",
  cropMargin: "5%",
  signal: control.signal,
  onProgress: ({ phase, fraction }: Progress) => console.log(phase, fraction),
};

const bytes: Bytes = new Uint8Array(3).buffer;
const blob: Blob = await cutOut(new Blob(), { ...options, answer: "blob" });
const png: Blob = await cutOut(new Uint8Array(3), { url, background: blob });
await cutOut(new Blob(), { url, mask: blob, background: "https://host/beach.jpg" });
await cutOut(new Blob(), { url, mask: bytes });
const result: Result = await cutOut("https://host/a.jpg", { url, answer: "json", objects: true });
const { image: link }: ImageEntity = (await cutOut(png, { url, answer: "json", representation: "url" })).entities[0];
const image: string = result.entities[0].image;
const [, found] = result.entities;
const boxes: number[][] = found?.objects.map(({ box }) => box) ?? [];
const path: string = uploadPath({ type: png.type, name: image + link });
const most: number = LARGEST_FORM + boxes.length + path.length + backoff(1);

try {
  await cutOut(new URL(url), { url });
} catch (error) {
  if (error instanceof CutOutError) {
    const code: ErrorCode = error.code;
    const seconds: number | null = error.retryAfter;
    console.log(code, error.status, error.message, seconds, most);
  }
}

// @ts-expect-error: the address of the server is missing
await cutOut(new Blob(), {});
// @ts-expect-error: there is no such mode
await cutOut(new Blob(), { url, mode: "fg-hologram" });
// @ts-expect-error: a number is no picture
await cutOut(5, { url });
// @ts-expect-error: a mask has no address
await cutOut(new Blob(), { url, mask: "https://host/mask.png" });
// @ts-expect-error: the API writes it so, the client does not
await cutOut(new Blob(), { url, "crop-margin": "5%" });
// @ts-expect-error: a Blob has no entities
(await cutOut(new Blob(), { url })).entities;
// @ts-expect-error: a link needs answer: "json"
await cutOut(new Blob(), { url, representation: "url" });
// @ts-expect-error: there is no such code
const wrong: ErrorCode = "no-such-code";
console.log(wrong);
