// Servers that answer as a test says.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after } from "node:test";

const servers = [];
after(() => servers.forEach((server) => server.close()));

/** A server that answers with `replies` in turn, then with the last one, and notes what it got. */
export async function scripted(...replies) {
  const got = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url: path, headers } = request;
      got.push({ method, path, headers, body: Buffer.concat(chunks).toString("latin1") });
      const reply = replies[Math.min(got.length, replies.length) - 1];
      if (!reply) return; // never answers
      const { status = 200, headers: extra = {}, body = "", type = "application/json" } = reply(base, got.at(-1));
      response.writeHead(status, { "Content-Type": type, ...extra });
      response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${server.address().port}`;
  return { base, got };
}

export const picture = () => ({ type: "image/png", body: Buffer.from("PNG") });
export const busy = (seconds) => () => ({ status: 503, headers: { "Retry-After": seconds }, body: { detail: "Busy." } });

export async function errorOf(promise) {
  return promise.then(
    () => assert.fail("it succeeded"),
    (error) => error,
  );
}
