import { askedOf, CANVASES, cropOf, isOwnSize } from "./choices.js";
import { uploadPath } from "./cutout.js";
import { needsWebp } from "./header.js";
import { resultName } from "./names.js";

const IMAGE = "jq -er '.results[0].entities[0].image // error(tojson)'"; // shows why there is none

/** Returns shell commands (curl and jq) that produce the same picture.
 *
 * `file` is the file that was sent, or null if the service downloaded the photo from `address`; `note`
 * says how the page had changed it. `made` is the result, `scene` the background's `Scene`, and
 * `target` the output's name. Comments in the commands name what the page did and curl can't do. If the
 * server makes no picture, the commands write no file. */
export function commandOf({ file, address: source, note, made, choices, scene, target }) {
  const key = made.withKey ? ' -H "X-API-KEY: $KEY"' : "";
  const below = scene.file && choices.backdrop === "picture" && choices.mode !== "fg-mask" ? scene.file : null;
  const query = queryOf(choices);
  if (needsWebp(file ?? new URL(source)) || (below && needsWebp(below))) query.set("webp", "true");
  const results = quoted(address(`v1/results?${query}`));
  const background = below ? ` -F ${formFile("image-bg", below.name)}` : "";
  const isMasked = made.mended || made.byMask;
  const mask = isMasked ? resultName(file.name, { mode: "fg-mask", format: "png" }) : null;
  const isPart = cropOf(choices) !== "none" || choices.canvas !== "none";
  const whole = isPart ? ", the whole photo," : "";
  const files = background + (mask ? ` -F ${formFile("mask", mask)}` : "");
  const remarks = [
    note && `# ${inComment(file.name)} is the photo as the page sent it: ${note}.`,
    below && scene.note && `# ${inComment(below.name)} is the background as the page uses it: ${scene.note}.`,
    mask && `# ${inComment(mask)} is the mask as the page saves it: choose the result “Mask”${whole} and save it.`,
    choices.format === "jpg" && "# The page and the server each compress the JPEG: values may differ slightly.",
  ];
  const image = file ? `-F ${formFile("image", file.name)}` : `--form-string ${quoted(`url=${source}`)}`;
  const upload = made.uploaded ? uploading(file, key) : [];
  const sent = made.uploaded ? '--form-string "url=$(echo "$UPLOAD" | jq -r .url)"' : image;
  return [
    ...remarks.filter(Boolean),
    ...upload,
    `IMAGE=$(curl -sSL${key} ${sent}${files} ${results} \\`,
    `  | ${IMAGE}) \\`,
    `  && echo "$IMAGE" | base64 --decode > ${quoted(target)}`,
  ].join("\n");
}

/** Returns the commands that send a file to the storage. */
function uploading(file, key) {
  return [
    `UPLOAD=$(curl -s -X POST${key} ${quoted(address(uploadPath(file)))})`,
    `echo "$UPLOAD" | jq -r '.upload.fields | to_entries[] | "form-string = \\(.key)=\\(.value)"' \\`,
    `  | curl -sf -K - -F ${formFile("file", file.name)} "$(echo "$UPLOAD" | jq -r .upload.url)"`,
  ];
}

/** Returns the API's query parameters for the given choices, without those at their defaults. */
function queryOf(choices) {
  const { mode, backdrop, colour, canvas, width, height, format, quality } = choices;
  const [query, crop] = [new URLSearchParams(askedOf(choices)), cropOf(choices)];
  const isPreset = canvas in CANVASES;
  const plain = { white: "white", black: "black", colour: colour.slice(1) }[backdrop];
  const fill = plain ?? (format === "jpg" ? "white" : isPreset && "transparent"); // presets default to white
  if (fill && mode !== "fg-mask") query.set("bg-color", fill);
  if (crop !== "none") query.set("crop", "true");
  if (crop !== "none" && crop !== "0%") query.set("crop-margin", crop);
  if (isPreset) query.set("preset", canvas);
  const size = isOwnSize(canvas) ? { width, height } : {};
  for (const [name, pixels] of Object.entries(size)) query.set(name, pixels);
  if (canvas === "own") query.set("scale", "85%");
  if (format !== "png") query.set("format", format);
  if (format === "jpg") query.set("quality", quality);
  return query;
}

/** Returns a file's name without its line breaks, which would end a comment, and quoted: an interactive
 * zsh, as on macOS, reads no comments and would run what follows a semicolon. */
function inComment(name) {
  return quoted(name.replace(/[\s\p{Cc}]+/gu, " "));
}

function address(path) {
  return new URL(path, document.baseURI).href;
}

/** Returns the argument of curl's `-F` that sends a file, quoted for the shell. The name is also quoted
 * for curl, which interprets `;` and `,` otherwise. */
function formFile(field, name) {
  if (/^[\w.-]+$/.test(name)) return `${field}=@${name}`;
  return quoted(`${field}=@"${name.replace(/[\\"]/g, "\\$&")}"`);
}

function quoted(text) {
  if (/^[\w./:=?-]+$/.test(text) && !text.includes("?")) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
