import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { whileOpen } from '../../scripts/testing/chromium';

/**
 * Opens a page of a server that lives as long as this call, and waits until the page posts JSON to `/report`.
 *
 * @param handle answers every other request.
 * @param pathOf where the page is, given the server's own address.
 */
export async function reportOf(
  handle: RequestListener,
  pathOf: (origin: string) => string,
): Promise<unknown> {
  let report: (value: unknown) => void = () => {};
  const reported = new Promise<unknown>((resolve) => {
    report = resolve;
  });
  const server = createServer((request, response) => {
    if (request.url !== '/report') {
      handle(request, response);
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      response.end();
      report(JSON.parse(body));
    });
  });
  const origin = await listen(server);
  try {
    return await whileOpen(origin + pathOf(origin), reported);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Starts a server on this machine and gives its address. */
export async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}

/** A script of a page, as Vite makes it of a module that lies beside the example. */
export async function builtScript(source: string): Promise<string> {
  const root = fileURLToPath(new URL('../in-the-browser', import.meta.url));
  const path = join(root, 'script.js');
  const script = {
    name: 'script',
    resolveId: (id: string) => (id === path ? id : undefined),
    load: (id: string) => (id === path ? source : undefined),
  };
  const output = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [script],
    build: { write: false, modulePreload: false, rolldownOptions: { input: path } },
  });
  const chunks = 'output' in output ? output.output : [];
  return chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.code : [])).join('');
}
