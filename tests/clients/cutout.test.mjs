// The JavaScript client in Node, against the local server in CUTOUT_API (answers over 100 kB are
// elsewhere; the key is in CUTOUT_KEY) and against scripted ones. tests/clients/test_javascript.py
// starts it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { mock, test } from "node:test";

import * as client from "../../clients/js/cutout.js";
import { busy, errorOf, picture, scripted } from "./scripted.mjs";

const { CutOutError, LARGEST_FORM, cutOut } = client;
const { CUTOUT_API: url, CUTOUT_KEY: key, SMALL, LARGE_ANSWER, LARGE_FILE, PICTURE_URL } = process.env;
const ours = { url, key };
const small = await readFile(SMALL);

test("bytes of every kind give a PNG", async () => {
  const array = small.buffer.slice(small.byteOffset, small.byteOffset + small.byteLength);
  for (const source of [new Blob([small]), new File([small], "a.jpg"), array, new Uint8Array(array)]) {
    const png = await cutOut(source, ours);
    assert.equal(png.type, "image/png");
    assert.deepEqual([...new Uint8Array(await png.slice(1, 4).arrayBuffer())], [0x50, 0x4e, 0x47]);
  }
});

test("an address is fetched by the server", async () => {
  for (const source of [PICTURE_URL, new URL(PICTURE_URL)]) {
    const { name } = await cutOut(source, { ...ours, answer: "json" });
    assert.equal(name, "a.jpg");
  }
});

test("JSON has the API's result, and parameters arrive", async () => {
  const terms = { ...ours, answer: "json", objects: true, qualityHint: true, mode: "fg-mask", name: "vase.jpg" };
  const result = await cutOut(new Blob([small]), { ...terms, maxSide: 32 });
  assert.equal(result.status.code, "ok");
  assert.equal(result.name, "vase.jpg");
  assert.equal(result.width, 32);
  assert.ok(result.quality.hint);
  assert.deepEqual(result.entities.map((each) => each.kind), ["image", "objects"]);
  assert.equal(result.entities[0].name, "general-fg-mask");
});

test("backgrounds: a colour, a file and an address", async () => {
  for (const background of ["white", new Blob([small]), new URL(PICTURE_URL), PICTURE_URL]) {
    const png = Buffer.from(await (await cutOut(new Blob([small]), { ...ours, background })).arrayBuffer());
    assert.equal(png[25], 2, "an opaque PNG is RGB");
  }
});

test("a large answer is fetched from where it waits, in both forms", async () => {
  const large = new Blob([await readFile(LARGE_ANSWER)]);
  const png = await cutOut(large, ours);
  assert.equal(png.type, "image/png");
  assert.ok(png.size > 100_000);
  const { entities } = await cutOut(large, { ...ours, answer: "json" });
  assert.ok(Buffer.from(entities[0].image, "base64").equals(Buffer.from(await png.arrayBuffer())));
});

test("a large file goes through uploads, and progress says so", async () => {
  const file = new Blob([await readFile(LARGE_FILE)]);
  assert.ok(file.size > LARGEST_FORM);
  const seen = [];
  const png = await cutOut(file, { ...ours, onProgress: (progress) => seen.push(progress) });
  assert.equal(png.type, "image/png");
  assert.deepEqual(new Set(seen.map((each) => each.through)), new Set(["uploads"]));
  assert.equal(seen.at(-1).phase, "download");
  assert.equal(seen.at(-1).fraction, 1);
});

test("a large background moves, and the picture stays in the form", async () => {
  const file = new Blob([await readFile(LARGE_FILE)]);
  const png = Buffer.from(await (await cutOut(new Blob([small]), { ...ours, background: file })).arrayBuffer());
  assert.equal(png[25], 2);
});

for (const [size, posts] of [[LARGEST_FORM, 1], [LARGEST_FORM + 1, 2]]) {
  test(`${size} bytes take ${posts} requests where there is no storage`, async () => {
    const replies = [() => ({ status: 404, body: { detail: "No uploads." } }), picture];
    const { base, got } = await scripted(...replies.slice(2 - posts));
    await cutOut(new Blob([new Uint8Array(size)]), { url: base });
    assert.equal(got.length, posts);
    assert.match(got.at(-1).path, /^\/v1\/results/);
  });
}

test("a file that the storage would refuse is not sent", async () => {
  const { base, got } = await scripted((self) => ({
    body: { upload: { url: `${self}/bucket`, fields: {} }, url: "upload:1/a", max_bytes: 2 ** 20 - 1 },
  }));
  const error = await errorOf(cutOut(new Blob([new Uint8Array(LARGEST_FORM + 1)]), { url: base }));
  assert.deepEqual([error.code, error.status, got.length], ["too-large", 413, 1]);
  assert.equal(error.message, "The file must be smaller than 1 MB.");
});

test("the key stays with the API", async () => {
  const { base: bucket, got } = await scripted(() => ({ status: 204 }), picture);
  const invitation = { upload: { url: `${bucket}/put`, fields: { policy: "p" } }, url: "upload:1/a", max_bytes: 1e8 };
  const { base, got: asked } = await scripted(
    () => ({ body: invitation }),
    () => ({ status: 303, headers: { Location: `${bucket}/got` } }),
  );
  const png = new Uint8Array(LARGEST_FORM + 1);
  png.set([0x89, 0x50, 0x4e, 0x47]);
  await cutOut(png, { url: `${base}/prod/`, key: "sesame", name: "a b.png" });
  assert.deepEqual(asked.map((each) => each.headers["x-api-key"]), ["sesame", "sesame"]);
  assert.equal(asked[0].path, "/prod/v1/uploads?type=image%2Fpng&name=a+b.png");
  assert.match(asked[1].body, /name="url"\r\n\r\nupload:1\/a/);
  assert.deepEqual(got.map(({ method, path }) => [method, path]), [["POST", "/put"], ["GET", "/got"]]);
  assert.deepEqual(got.map((each) => each.headers["x-api-key"]), [undefined, undefined]);
  assert.ok(got[0].body.indexOf('name="policy"') < got[0].body.indexOf('name="file"'));
});

test("pictures are asked for, or JSON", async () => {
  const result = { results: [{ status: { code: "ok", message: "Success" }, entities: [] }] };
  const { base, got } = await scripted(picture, () => ({ body: result }));
  await cutOut(small, { url: base, headers: { "X-Trace": "1" } });
  await cutOut(small, { url: base, answer: "json", mode: null });
  assert.deepEqual(got.map((each) => each.headers.accept), ["image/*", "application/json"]);
  assert.equal(got[0].headers["x-trace"], "1");
  assert.equal(got[1].path, "/v1/results");
});

test("the server cuts out by a mask", async () => {
  const terms = { ...ours, mode: "fg-mask" };
  const plain = await cutOut(small, terms);
  const masked = await cutOut(small, { ...terms, mask: new Uint8Array(small) });
  assert.notDeepEqual(await masked.arrayBuffer(), await plain.arrayBuffer());
});

test("a busy server is waited for as long as it asks", async () => {
  const soon = () => busy(new Date(Date.now() + 2500).toUTCString())();
  const { base, got } = await scripted(busy("1"), soon, picture);
  const seen = [];
  await cutOut(small, { url: base, onProgress: (progress) => seen.push(progress) });
  assert.equal(got.length, 3);
  const waits = seen.filter(({ phase }) => phase === "wait").map(({ seconds }) => seconds);
  assert.equal(waits[0], 1);
  assert.ok(waits[1] >= 1 && waits[1] <= 3, waits);
});

for (const [retries, posts] of [[0, 1], [1, 2]]) {
  test(`with ${retries} retries, ${posts} requests are made`, async () => {
    const { base, got } = await scripted(busy("1"));
    const error = await errorOf(cutOut(small, { url: base, retries }));
    assert.equal(got.length, posts);
    assert.ok(error instanceof CutOutError);
    const { code, status, message, retryAfter } = error;
    assert.deepEqual({ code, status, message, retryAfter }, { code: "busy", status: 503, message: "Busy.", retryAfter: 1 });
  });
}

test("a busy server that names no time", async () => {
  const { base } = await scripted(() => ({ status: 503, body: { detail: "Busy." } }));
  const { code, retryAfter } = await errorOf(cutOut(small, { url: base, retries: 0 }));
  assert.deepEqual({ code, retryAfter }, { code: "busy", retryAfter: null });
});

test("a busy server that names no time is asked less and less often", async () => {
  const { base } = await scripted(() => ({ status: 503 }));
  const waits = [];
  const onProgress = ({ phase, seconds }) => {
    if (phase !== "wait") return;
    waits.push(seconds);
    queueMicrotask(() => mock.timers.tick(1000 * seconds));
  };
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await errorOf(cutOut(small, { url: base, retries: 7, onProgress }));
  } finally {
    mock.timers.reset();
  }
  assert.equal(waits.length, 7);
  for (const [index, longest] of [3, 6, 12, 24, 48, 60, 60].entries()) {
    assert.ok(longest / 2 <= waits[index] && waits[index] <= longest, waits);
  }
  assert.ok(waits.some((each) => !Number.isInteger(each)), "chance keeps clients apart");
});

for (const [seconds, code] of [["120", "AbortError"], ["121", "busy"]]) {
  test(`a wait of ${seconds} s`, async () => {
    const { base } = await scripted(busy(seconds));
    const control = new AbortController();
    const onProgress = ({ phase }) => phase === "wait" && control.abort();
    const error = await errorOf(cutOut(small, { url: base, signal: control.signal, onProgress }));
    assert.equal(error.code === "busy" ? error.code : error.name, code);
  });
}

for (const [status, body, type, code, message] of [
  [400, { detail: "Broken." }, "application/json", "bad-request", "Broken."],
  [403, { message: "Forbidden" }, "application/json", "forbidden", "Forbidden"],
  [413, "Error: Request Entity Too Large\nToo large.", "text/plain", "too-large", "Too large."],
  [422, { detail: [{ msg: "No." }] }, "application/json", "invalid", '[{"msg":"No."}]'],
  [500, "<html>", "text/html", "http", "The server answered 500."],
  [500, "\n<!doctype html>\n<html>\n</html>\n", "text/html", "http", "The server answered 500."],
  [504, "", "text/plain", "timeout", "The server answered 504."],
]) {
  test(`an answer of ${status}`, async () => {
    const { base } = await scripted(() => ({ status, body, type }));
    const error = await errorOf(cutOut(small, { url: base }));
    assert.deepEqual([error.name, error.code, error.status, error.message], ["CutOutError", code, status, message]);
  });
}

test("a wrong key, and a broken picture", async () => {
  const refused = await errorOf(cutOut(small, { url, key: "wrong" }));
  assert.deepEqual([refused.code, refused.status], ["unauthorized", 401]);
  assert.match(refused.message, /valid API key/);
  for (const answer of ["blob", "json"]) {
    const failed = await errorOf(cutOut(new Uint8Array([0xff, 0xd8, 0xff]), { ...ours, answer }));
    assert.deepEqual([failed.code, failed.status, failed.message], ["failure", 200, "Can not load image."]);
  }
});

for (const body of ["words", {}, { results: [] }]) {
  test(`an answer that is no result: ${JSON.stringify(body)}`, async () => {
    const { base } = await scripted(() => ({ body }));
    const error = await errorOf(cutOut(small, { url: base, answer: "json" }));
    assert.deepEqual([error.code, error.status], ["unreadable", 200]);
  });
}

for (const body of ["null", {}]) {
  test(`an answer that is no invitation to upload: ${JSON.stringify(body)}`, async () => {
    const { base } = await scripted(() => ({ body }));
    const error = await errorOf(cutOut(new Uint8Array(LARGEST_FORM + 1), { url: base }));
    assert.deepEqual([error.code, error.status], ["unreadable", 200]);
  });
}

for (const [body, type, isHtml, message] of [
  ["<!DOCTYPE html><title>Sign in</title>", "text/html; charset=utf-8", true, /^A web page .* sign-in page\.$/],
  ["Sign in", "text/html", true, /^A web page .* sign-in page\.$/],
  ["OK", "text/plain", false, /^The server's answer \(text\/plain\) is not a result\.$/],
  ["OK", "application/json", false, /^The server's answer \(application\/json\) is not a result\.$/],
]) {
  for (const answer of ["blob", "json"]) {
    test(`${type} in place of the ${answer}: ${body}`, async () => {
      const { base } = await scripted(() => ({ body, type }));
      const error = await errorOf(cutOut(small, { url: base, answer }));
      assert.deepEqual([error.code, error.status, error.isHtml], ["unreadable", 200, isHtml]);
      assert.match(error.message, message);
    });
  }
}

test("nobody answers", async () => {
  const { base, got } = await scripted(null);
  const late = await errorOf(cutOut(small, { url: base, timeout: 0.3 }));
  assert.deepEqual([late.code, late.status, got.length], ["timeout", 0, 1]);
  const closed = await errorOf(cutOut(small, { url: "http://127.0.0.1:1" }));
  assert.deepEqual([closed.code, closed.status], ["network", 0]);
  assert.ok(closed.cause);
});

for (const timeout of [Infinity, 2_147_484]) {
  test(`a timeout of ${timeout} s is longer than a timer can be`, async () => {
    const { base } = await scripted(picture);
    const png = await cutOut(new Uint8Array(LARGEST_FORM), { url: base, timeout });
    assert.equal(png.type, "image/png");
  });
}

test("a signal ends it: before, and in the middle", async () => {
  const { base, got } = await scripted(null);
  const early = await errorOf(cutOut(small, { url: base, signal: AbortSignal.abort() }));
  assert.deepEqual([early.name, got.length], ["AbortError", 0]);
  const control = new AbortController();
  setTimeout(() => control.abort(new Error("Enough.")), 200);
  const error = await errorOf(cutOut(small, { url: base, signal: control.signal }));
  assert.deepEqual([error.message, got.length], ["Enough.", 1]);
});

test("the types name what the module exports", async () => {
  const types = await readFile(new URL("../../clients/js/cutout.d.ts", import.meta.url), "utf-8");
  const declared = [...types.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(declared)].sort(), Object.keys(client).sort());
});
