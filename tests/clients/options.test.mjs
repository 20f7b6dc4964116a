// What the JavaScript client makes of its arguments, in Node and against scripted servers.
// tests/clients/test_javascript.py starts it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { cutOut } from "../../clients/js/cutout.js";
import { errorOf, picture, scripted } from "./scripted.mjs";

const BYTES = new Uint8Array([0xff, 0xd8, 0xff]);

test("a mask of every kind is a file in the form", async () => {
  const bytes = new Uint8Array([77, 65, 83, 75]);
  for (const mask of [new Blob([bytes]), new File([bytes], "m.png"), bytes.buffer, bytes, new DataView(bytes.buffer)]) {
    const { base, got } = await scripted(picture);
    await cutOut(BYTES, { url: base, mask, cropMargin: "5%" });
    assert.match(got[0].body, /name="mask"; filename="[^]*\r\n\r\nMASK\r\n/);
    assert.equal(got[0].path, "/v1/results?crop-margin=5%25");
  }
});

for (const [background, query, field] of [
  ["https://example.com/beach.jpg", "", "url-bg"],
  ["HTTP://example.com/beach.jpg", "", "url-bg"],
  ["upload:1/beach.jpg", "", "url-bg"],
  [new URL("https://example.com/beach.jpg"), "", "url-bg"],
  ["#fc0", "bg-color=%23fc0", null],
  ["httpsblue", "bg-color=httpsblue", null],
]) {
  test(`the background ${background} is sent as ${field ?? "bg-color"}`, async () => {
    const { base, got } = await scripted(picture);
    await cutOut(BYTES, { url: base, background });
    assert.equal(got[0].path, `/v1/results?${query}`.replace(/\?$/, ""));
    const sent = [...got[0].body.matchAll(/name="([^"]*-bg)"\r\n\r\n(.*)\r/g)].map(([, ...found]) => found);
    assert.deepEqual(sent, field ? [[field, `${background}`]] : []);
  });
}

for (const [what, wrong, words] of [
  ["undefined as a picture", { source: undefined }, /^The picture must be an address or bytes: a File/],
  ["a number as a picture", { source: 5 }, /^The picture must be an address or bytes/],
  ["a list as a background", { background: [1] }, /^The background must be an address or bytes/],
  ["an address as a mask", { mask: "https://example.com/m.png" }, /^The mask must be bytes: a File/],
  ["a URL as a mask", { mask: new URL("https://example.com/m.png") }, /^The mask must be bytes/],
  ["no url", { url: undefined }, /^The option url must be the server's address, such as https:\/\/host\.$/],
  ["a host as url", { url: "localhost:8000" }, /^The option url must be/],
  ["a Cyrillic key", { key: "ключ" }, /^The option key has characters that no API key has\.$/],
  ["a key of two lines", { key: "one\ntwo" }, /^The option key has/],
]) {
  test(`${what} is refused before anything is sent`, async () => {
    const { base, got } = await scripted(picture);
    const { source, ...options } = { source: BYTES, url: base, ...wrong };
    const error = await errorOf(cutOut(source, options));
    assert.deepEqual([error.name, got.length], ["TypeError", 0]);
    assert.match(error.message, words);
  });
}

test("without options, the address is asked for", async () => {
  const error = await errorOf(cutOut(BYTES));
  assert.match(error.message, /^The option url must be/);
});

test("a key may end with the line that it was read from", async () => {
  const { base, got } = await scripted(picture);
  await cutOut(BYTES, { url: base, key: "sesame\n" });
  assert.equal(got[0].headers["x-api-key"], "sesame");
});

test("Node reports no work, as the README says", async () => {
  const { base } = await scripted(() => ({ ...picture(), headers: { "Content-Length": 3 } }));
  const seen = [];
  await cutOut(BYTES, { url: base, onProgress: ({ phase }) => seen.push(phase) });
  assert.deepEqual([...new Set(seen)], ["upload", "download"]);
  const words = await readFile(new URL("../../clients/js/README.md", import.meta.url), "utf-8");
  assert.match(words.replace(/\s+/g, " "), /In Node, `upload` has no fraction and lasts until the answer: there is no `work`/);
});
