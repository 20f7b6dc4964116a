import { Failure, refusal, unprocessed } from "./failure.js";
import { post } from "./request.js";

/** Bytes above which a file goes through `/v1/uploads`: as base64 in Lambda's 6 MiB, with its form,
 * it would not fit a request. */
export const LARGE = 4_400_000;

const RESULTS = "v1/results";
const UPLOADS = "v1/uploads";
const NAME_LENGTH = 200;

/** The cut-out of a file: `{png, objects, uploaded}`, where `objects` are the API's and none means
 * that nothing can be seen, and `uploaded` says whether it went through `/v1/uploads`.
 * `report(phase, fraction)` tells how it goes; the phases are "upload", "work" and "download", and
 * `fraction` is null where nobody knows. `mask` is a PNG to cut out by, or null. */
export async function cutOut(file, mode, { key, signal, report, mask = null }) {
  const headers = key ? { "X-API-KEY": key } : {};
  const invitation = file.size + (mask?.size ?? 0) > LARGE ? await invite(file, headers, signal) : null;
  const form = new FormData();
  if (invitation) {
    await upload(file, invitation, signal, report);
    form.append("url", invitation.url);
  } else {
    form.append("image", file, file.name);
  }
  if (mask) form.append("mask", mask, "mask.png");
  const reply = await post(`${RESULTS}?objects=true&mode=${mode}`, {
    body: form,
    headers,
    signal,
    onUpload: invitation ? undefined : progressOf(report),
    onDownload: (fraction) => report("download", fraction),
  });
  return { ...resultIn(reply), uploaded: invitation !== null };
}

/** What `/v1/uploads` answers for a file. */
export function invitationPath(file) {
  const query = new URLSearchParams({
    type: file.type,
    name: file.name.slice(0, NAME_LENGTH) || "image",
  });
  return `${UPLOADS}?${query}`;
}

/** Where to put the file; null where the server has no storage. */
async function invite(file, headers, signal) {
  const reply = await post(invitationPath(file), { headers, signal });
  if (reply.status === 404) return null;
  if (reply.status !== 200) throw refusal(reply);
  const invitation = JSON.parse(reply.text);
  if (file.size > invitation.max_bytes) {
    const limit = Math.round((invitation.max_bytes + 1) / 2 ** 20);
    throw new Failure("The file is too big", `It must be smaller than ${limit} MB.`);
  }
  return invitation;
}

async function upload(file, { upload: { url, fields } }, signal, report) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, file.name); // the storage takes no field behind the file
  const reply = await post(url, { body: form, signal, onUpload: progressOf(report) });
  if (reply.status < 200 || reply.status > 299) throw refusal(reply);
}

function progressOf(report) {
  return (fraction) => (fraction < 1 ? report("upload", fraction) : report("work", null));
}

/** The PNG of an answer, the very bytes that the server made, and its objects. */
function resultIn(reply) {
  if (reply.status !== 200) throw refusal(reply);
  let result;
  try {
    [result] = JSON.parse(reply.text).results;
  } catch {
    throw new Failure("The server’s answer can’t be read", "It doesn’t contain results.");
  }
  if (result.status.code !== "ok") throw unprocessed(result.status.message);
  const [{ image }, { objects }] = result.entities;
  return { png: new Blob([bytesOf(image)], { type: "image/png" }), objects };
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
