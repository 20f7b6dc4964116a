import { invitationPath } from "./service.js";

const TO_FILE = "| jq -r '.results[0].entities[0].image' | base64 --decode >";

/** What to type into a terminal for the same: curl, and jq to get the picture out of the JSON. */
export function commandOf({ name, type }, mode, { uploaded, withKey, target }) {
  const key = withKey ? ' -H "X-API-KEY: $KEY"' : "";
  const results = quoted(address(`v1/results?mode=${mode}`));
  const output = `${TO_FILE} ${quoted(target)}`;
  if (!uploaded) return `curl -sL${key} -F ${formFile("image", name)} ${results} \\\n  ${output}`;
  const invitation = quoted(address(invitationPath({ name, type })));
  return [
    `UPLOAD=$(curl -s -X POST${key} ${invitation})`,
    `echo "$UPLOAD" | jq -r '.upload.fields | to_entries[] | "form-string = \\(.key)=\\(.value)"' \\`,
    `  | curl -sf -K - -F ${formFile("file", name)} "$(echo "$UPLOAD" | jq -r .upload.url)"`,
    `curl -sL${key} --data-urlencode "url=$(echo "$UPLOAD" | jq -r .url)" ${results} \\\n  ${output}`,
  ].join("\n");
}

function address(path) {
  return new URL(path, document.baseURI).href;
}

/** curl reads `;` and `,` in a file's name as its own, unless the name is quoted for it as well. */
function formFile(field, name) {
  if (/^[\w.-]+$/.test(name)) return `${field}=@${name}`;
  return quoted(`${field}=@"${name.replace(/[\\"]/g, "\\$&")}"`);
}

function quoted(text) {
  if (/^[\w./:=?-]+$/.test(text) && !text.includes("?")) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
