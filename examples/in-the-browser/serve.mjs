// Serves the built page and a bundle: node in-the-browser/serve.mjs runs/demo/bundle [PORT]
// Nothing here is particular to utad: any server of plain files will do.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const [bundle, port = '8080'] = process.argv.slice(2);
if (bundle === undefined) throw new Error('expected the folder of a bundle');
const page = fileURLToPath(new URL('dist', import.meta.url));
/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
};

const server = createServer(async (request, response) => {
  try {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname);
    const inBundle = path.startsWith('/bundle/');
    const folder = resolve(inBundle ? bundle : page);
    const file = resolve(
      folder,
      `.${inBundle ? path.slice('/bundle'.length) : path === '/' ? '/index.html' : path}`,
    );
    if (!file.startsWith(folder + sep)) throw new Error('outside');
    const bytes = await readFile(file);
    response
      .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object')
    console.log(`http://127.0.0.1:${address.port}/?bundle=bundle/`);
});
