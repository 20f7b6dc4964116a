// Run the published node client, its fixed host name led to a port of this machine:
// node pointed.cjs PORT KEY PICTURE OUTPUT
const tls = require("tls");
const [port, key, picture, output] = process.argv.slice(2);
const connect = tls.connect;
tls.connect = (options, ...rest) => {
  if (options.host !== "api.remove.bg") throw new Error(`a test asks for ${options.host}`);
  return connect({ ...options, host: "127.0.0.1", port: Number(port), servername: "api.remove.bg" }, ...rest);
};
const { removeBackgroundFromImageFile } = require("remove.bg");
removeBackgroundFromImageFile({ path: picture, apiKey: key, outputFile: output, size: "regular" })
  .then((result) => console.log(JSON.stringify({ ...result, base64img: result.base64img.length })))
  .catch((error) => { console.error(JSON.stringify(error)); process.exit(1); });
