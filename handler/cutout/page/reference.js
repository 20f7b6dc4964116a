// Draws the API page from openapi.json. All text becomes text nodes, never markup.

const SOURCE = "openapi.json";
const ANY = "*/*";

/** Return a new element with attributes and children (elements or texts). */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Return a line of text in which `words` between backticks become code. */
function line(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** Return one paragraph for each block of a text. */
function paragraphs(text) {
  return text.split("\n\n").map((block) => element("p", {}, ...line(block)));
}

/** Return a schema in place of a reference to it. */
function resolve(schema, root) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.slice(2).split("/").reduce((at, key) => at[key], root);
}

/** Return a schema's type in a few words, such as "string, 1 to 200 characters". */
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

/** Return what is known of a value: its type, whether it is required, its default. */
function facts(schema, required, root) {
  const known = [typeOf(schema, root)];
  if (required) known.push("required");
  if (schema.default !== undefined && schema.default !== null) {
    known.push(`default \`${schema.default}\``);
  }
  return line(known.filter(Boolean).join("; "));
}

/** Return a list of named values: parameters, fields of a form or of an answer. */
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

/** Return an object's properties as entries for `values`. */
function properties(schema, root) {
  const { properties: found = {}, required = [] } = resolve(schema, root);
  return Object.entries(found).map(([name, each]) => ({
    name,
    schema: each,
    required: required.includes(name),
  }));
}

/** Return the fields of a request's form, for the first content type that has any. */
function form(operation, root) {
  const content = Object.entries(operation.requestBody?.content ?? {});
  if (content.length === 0) return [];
  const types = content.map(([type]) => type).join(" or ");
  return values(`Form (${types})`, properties(content[0][1].schema, root), root);
}

/** Return code that keyboards can scroll. */
function code(text, label) {
  const attributes = { tabindex: "0", role: "region", "aria-label": label };
  return element("pre", attributes, element("code", {}, text));
}

/** Return an example as it is sent. */
function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** Return the examples of a content type: their keys, titles and values. */
function examplesOf(media) {
  if (media.example !== undefined) return [["example", "Example", media.example]];
  return Object.entries(media.examples ?? {}).map(([key, { summary, value }]) => [
    key,
    summary ?? key,
    value,
  ]);
}

/** Return one answer: its description, headers, fields and examples, folded away. */
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

/** Return a curl command that calls the route. */
function command(method, path, operation) {
  const address = new URL(path.slice(1), document.baseURI).href;
  const parts = ["curl -L"];
  if (operation.requestBody) parts.push("-F image=@photo.jpg");
  else if (method !== "get") parts.push(`-X ${method.toUpperCase()}`);
  if (operation.security?.length) parts.push('-H "X-API-KEY: $KEY"');
  return [...parts, address].join(" ");
}

/** Return the section of one route. */
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

/** Return links to all routes, and their sections. */
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
