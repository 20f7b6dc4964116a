// Run the published node client, its fixed host name led to a port of this machine:
// node pointed.cjs PORT KEY file|url|base64 SOURCE OUTPUT
const fs = require("fs");
const tls = require("tls");
const [port, key, kind, source, output] = process.argv.slice(2);
const connect = tls.connect;
tls.connect = (options, ...rest) => {
  if (options.host !== "api.remove.bg") throw new Error(`a test asks for ${options.host}`);
  return connect({ ...options, host: "127.0.0.1", port: Number(port), servername: "api.remove.bg" }, ...rest);
};
const client = require("remove.bg");
const common = { apiKey: key, outputFile: output, size: "regular" };
const calls = {
  file: () => client.removeBackgroundFromImageFile({ ...common, path: source }),
  url: () => client.removeBackgroundFromImageUrl({ ...common, url: source }),
  base64: () => client.removeBackgroundFromImageBase64({ ...common, base64img: fs.readFileSync(source, "base64") }),
};
calls[kind]()
  .then((result) => console.log(JSON.stringify({ ...result, base64img: result.base64img.length })))
  .catch((error) => { console.error(JSON.stringify(error)); process.exit(1); });
