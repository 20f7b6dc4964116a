// Draws the API page from openapi.json. All text becomes text nodes, never markup.

const SOURCE = "openapi.json";
const ANY = "*/*";

/** Returns a new element with attributes and children (elements or texts). */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Returns the parts of a line of text; the words between backticks become code elements. */
function line(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** Returns one paragraph for each block of a text. */
function paragraphs(text) {
  return text.split("\n\n").map((block) => element("p", {}, ...line(block)));
}

/** Returns the schema that a reference points to, other schemas unchanged, and {} for none. */
function resolve(schema, root) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.slice(2).split("/").reduce((at, key) => at[key], root);
}

/** Returns a schema's type in a few words, such as "string or file". */
function typeOf(schema, root) {
  const found = resolve(schema, root);
  if (found.enum) return found.enum.map((each) => `\`${each}\``).join(", ");
  if (found.const !== undefined) return `\`${found.const}\``;
  if (found.anyOf) {
    const kinds = found.anyOf.map((each) => typeOf(each, root));
    return kinds.filter((each) => each && each !== "null").join(" or ");
  }
  if (found.format === "binary") return "file";
  if (found.type === "array") return `list of ${typeOf(found.items, root) || "values"}`;
  if (found.type === "object" && found.title) return found.title;
  return found.type ?? "";
}

/** Returns the facts about a value: its type, whether it is required, and its default. */
function facts(schema, required, root) {
  const known = [typeOf(schema, root)];
  if (required) known.push("required");
  if (schema.default !== undefined && schema.default !== null) {
    known.push(`default \`${schema.default}\``);
  }
  return line(known.filter(Boolean).join("; "));
}

/** Returns a heading and a list of named values: parameters, or the fields of a form or an answer. */
function values(title, entries, root) {
  const list = element("dl");
  for (const { name, schema, required, description } of entries) {
    const head = element("dt", {}, element("code", {}, name), " ");
    head.append(element("span", { class: "facts" }, ...facts(schema, required, root)));
    const text = description ?? schema.description ?? resolve(schema, root).description ?? "";
    list.append(head, element("dd", {}, ...line(text)));
  }
  return [element("h3", {}, title), list];
}

/** Returns an object's properties as entries for `values`. */
function properties(schema, root) {
  const { properties: found = {}, required = [] } = resolve(schema, root);
  return Object.entries(found).map(([name, each]) => ({
    name,
    schema: each,
    required: required.includes(name),
  }));
}

/** Returns the fields of a request's form, from its first content type; an empty list if it has no
 * form. */
function form(operation, root) {
  const content = Object.entries(operation.requestBody?.content ?? {});
  if (content.length === 0) return [];
  const types = content.map(([type]) => type).join(" or ");
  return values(`Form (${types})`, properties(content[0][1].schema, root), root);
}

/** Returns a block of code that can be scrolled by keyboard. */
function code(text, label) {
  const attributes = { tabindex: "0", role: "region", "aria-label": label };
  return element("pre", attributes, element("code", {}, text));
}

/** Returns an example as text, as it is sent. */
function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** Returns the examples of a content type as a list of `[key, title, value]`. */
function examplesOf(media) {
  if (media.example !== undefined) return [["example", "Example", media.example]];
  return Object.entries(media.examples ?? {}).map(([key, { summary, value }]) => [
    key,
    summary ?? key,
    value,
  ]);
}

/** Returns one answer, collapsed: its description, headers, fields and examples. */
function answer(status, response, where, root) {
  const title = element("summary", {}, element("code", {}, status), " ");
  title.append(...line(response.description ?? ""));
  const box = element("details", {}, title);
  for (const name of Object.keys(response.headers ?? {})) {
    box.append(element("p", {}, "Header ", element("code", {}, name)));
  }
  for (const [type, media] of Object.entries(response.content ?? {})) {
    if (type !== ANY) box.append(element("p", { class: "facts" }, type));
    const fields = properties(media.schema, root);
    if (fields.length) box.append(...values(resolve(media.schema, root).title, fields, root));
    for (const [key, name, value] of examplesOf(media)) {
      box.append(element("p", {}, name), code(shown(value), `${where}, ${status}: ${key}`));
    }
  }
  return box;
}

/** Returns a curl command that calls the route. */
function command(method, path, operation) {
  const address = new URL(path.slice(1), document.baseURI).href;
  const parts = ["curl -L"];
  if (operation.requestBody) parts.push("-F image=@photo.jpg");
  else if (method !== "get") parts.push(`-X ${method.toUpperCase()}`);
  if (operation.security?.length) parts.push('-H "X-API-KEY: $KEY"');
  return [...parts, address].join(" ");
}

/** Returns the section of one route. */
function route(path, method, operation, root) {
  const name = `${method.toUpperCase()} ${path}`;
  const id = operation.operationId;
  const section = element("section", { "aria-labelledby": id });
  section.append(
    element("h2", { id }, element("code", {}, name), ` ${operation.summary ?? ""}`),
    ...paragraphs(operation.description ?? ""),
    code(command(method, path, operation), `${name}: command`),
  );
  const parameters = operation.parameters ?? [];
  if (parameters.length) section.append(...values("Query", parameters, root));
  section.append(...form(operation, root), element("h3", {}, "Answers"));
  for (const [status, response] of Object.entries(operation.responses)) {
    section.append(answer(status, response, name, root));
  }
  return section;
}

/** Returns links to all routes, and their sections. */
function drawn(root) {
  const links = element("ul");
  const sections = [];
  for (const [path, methods] of Object.entries(root.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${path}`;
      const link = element("a", { href: `#${operation.operationId}` }, name);
      links.append(element("li", {}, link));
      sections.push(route(path, method, operation, root));
    }
  }
  return [element("nav", { "aria-label": "Routes" }, links), ...sections];
}

const state = document.getElementById("state");
try {
  const reply = await fetch(SOURCE);
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  const root = await reply.json();
  const main = document.getElementById("main");
  main.append(...drawn(root));
  main.setAttribute("aria-busy", "false");
  state.textContent = `${root.info.title} ${root.info.version}`;
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  state.textContent = `openapi.json cannot be read (${error.message}). Reload the page.`;
}
