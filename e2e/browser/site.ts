import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { whileOpen } from '../../scripts/testing/chromium';
import type { Answer, Failure, Task } from './protocol';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const wasmFolder = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist',
);

/** The program of the page and of its worker, bundled from the built packages as a user's bundler would. */
async function bundled(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { page: here('./page.ts'), worker: here('./worker.ts') },
    outdir: '/',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
}

const TYPES: Record<string, string> = {
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
};

/** What a page needs to be cross-origin isolated, and so to have threads. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** A site on this machine that has the page, the wasm files and what else is given. */
export class Site {
  private constructor(
    private readonly server: Server,
    private readonly files: Map<string, Uint8Array | string>,
    private readonly origin: string,
  ) {}

  /** @param given files by their path: `'/bundle/utad.json'`. */
  static async open(given: ReadonlyMap<string, Uint8Array | string>): Promise<Site> {
    const page = '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>';
    const files = new Map<string, Uint8Array | string>([...(await bundled()), ...given, ['/', page]]);
    const server = createServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const wasm = /^\/wasm\/[\w-]+\.wasm$/.test(path)
        ? await readFile(join(wasmFolder, basename(path)))
        : undefined;
      const found = files.get(path) ?? wasm;
      const type =
        TYPES[path.split('.').at(-1) ?? ''] ?? (path === '/' ? 'text/html' : 'application/octet-stream');
      if (request.method === 'POST') server.emit('answer', await bodyOf(request), response.end());
      else if (found === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': type, ...ISOLATED }).end(found);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a port');
    return new Site(server, files, `http://127.0.0.1:${address.port}`);
  }

  /** Has a Chromium of its own do a task. */
  async ask(task: Task): Promise<Answer | Failure> {
    this.files.set('/task.json', JSON.stringify(task));
    const answered = once(this.server, 'answer').then(([body]): Answer | Failure => JSON.parse(String(body)));
    return await whileOpen(`${this.origin}/`, answered, { webgpu: task.backend === 'webgpu' });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}
