// node imgly_worker.mjs REPEATS OUT PICTURE...: one JSON line, as `benchmarks.peers.laps` reads it.
// Runs in the folder whose node_modules has the package.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const entry = require.resolve("@imgly/background-removal-node");
const { removeBackground } = (await import(pathToFileURL(entry))).default;
const [repeats, out, ...pictures] = process.argv.slice(2);
const config = { model: "medium", output: { format: "image/png" } };

async function cutOut(path) {
  const input = new Blob([readFileSync(path)], { type: "image/" + (path.endsWith(".png") ? "png" : "jpeg") });
  return Buffer.from(await (await removeBackground(input, config)).arrayBuffer());
}

await cutOut(pictures[0]);
const laps = {};
for (const path of pictures) {
  const name = join(basename(dirname(dirname(path))), basename(path).replace(/\.\w+$/, ""));
  laps[name] = [];
  for (let lap = 0; lap < Number(repeats); lap++) {
    const before = process.cpuUsage();
    const start = process.hrtime.bigint();
    const png = await cutOut(path);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const used = process.cpuUsage(before);
    laps[name].push([seconds, (used.user + used.system) / 1e6]);
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, `${name}.png`), png);
  }
}
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
console.log(JSON.stringify({ laps, peak }));
