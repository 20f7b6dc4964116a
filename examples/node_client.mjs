// Sends a picture to the API and saves the cut-out, in Node 18 or newer. The key is in CUTOUT_KEY.
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";

const [api, source, target, mode = "fg-image"] = process.argv.slice(2);
if (!target) {
  console.error("usage: node node_client.mjs https://HOST PICTURE|URL CUT-OUT.png [MODE]");
  process.exit(2);
}
const form = new FormData();
if (source.includes("://")) {
  form.append("url", source);
} else {
  form.append("image", new Blob([await readFile(source)]), basename(source));
}
const answer = await fetch(`${api}/v1/results?mode=${mode}`, {
  method: "POST",
  headers: { "X-API-KEY": process.env.CUTOUT_KEY ?? "" },
  body: form,
});
if (answer.status !== 200) {  // 401, 413, 422, 429, 503; a 303 has been followed
  console.error(`${answer.status}: ${await answer.text()}`);
  process.exit(1);
}
const [result] = (await answer.json()).results;
if (result.status.code !== "ok") {
  console.error(result.status.message);
  process.exit(1);
}
await writeFile(target, Buffer.from(result.entities[0].image, "base64"));
