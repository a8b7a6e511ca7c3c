import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

/** Bytes sent at once. */
const PIECE = 16_384;

/** A file to serve: bytes, or the path of a file on the disk with its size. */
export type Served = Uint8Array | { readonly path: string; readonly size: number };

/** One request, and what was sent for it. */
export interface Request {
  readonly path: string;
  readonly query: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  status: number;
  bytes: number;
}

/** What a server does; changed while it runs, it does something else from the next request on. */
export interface Behaviour {
  /** Whether it knows `Range`. Default true. */
  ranges?: boolean;
  /** Whether it heeds `If-Range`. Default true. */
  ifRange?: boolean;
  /** Of each file; null for none. Default `"1"`. */
  etag?: string | null;
  headers?: Record<string, string>;
  /** Whether it says how long a file is. Default true. */
  length?: boolean;
  /** Ends the connection after so many bytes of a body, of those requests that it is asked of. */
  cut?: (request: Request) => number | undefined;
  /** Answers with this status instead. */
  status?: (request: Request) => number | undefined;
  /** Says nothing at all. */
  silent?: (request: Request) => boolean;
  /** After each piece of a body, of 16 KiB at most. */
  onPiece?: (request: Request) => Promise<void>;
}

/** A server of files on this machine, with everything that can go wrong with one. */
export async function serve(files: Map<string, Served>, behaviour: Behaviour = {}) {
  const requests: Request[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((message, response) => {
    answer(message, response, files, behaviour, requests).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    files,
    behaviour,
    requests,
    /** Behaviour from now on. */
    behave(next: Behaviour): void {
      for (const key of Object.keys(behaviour)) Reflect.deleteProperty(behaviour, key);
      Object.assign(behaviour, next);
    },
    /** Bytes of bodies sent so far. */
    sent: () => requests.reduce((sum, { bytes }) => sum + bytes, 0),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, Served>,
  behaviour: Behaviour,
  requests: Request[],
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://local');
  const { ranges = true, etag = '"1"', headers = {}, length = true } = behaviour;
  const { range, 'if-range': ifRange } = message.headers;
  const request: Request = {
    path: decodeURIComponent(url.pathname.slice(1)),
    query: url.search,
    range,
    ifRange: typeof ifRange === 'string' ? ifRange : undefined,
    status: 0,
    bytes: 0,
  };
  requests.push(request);
  if (behaviour.silent?.(request)) return;
  const file = files.get(request.path);
  const forced = behaviour.status?.(request) ?? (file === undefined ? 404 : undefined);
  if (file === undefined || forced !== undefined) {
    request.status = forced ?? 404;
    response.writeHead(request.status).end('an error page');
    return;
  }
  const size = file instanceof Uint8Array ? file.length : file.size;
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const heeded = behaviour.ifRange === false || ifRange === undefined || ifRange === etag;
  const partial = ranges && first !== undefined && heeded;
  const begin = partial ? Number(first) : 0;
  const end = partial && last ? Math.min(size, Number(last) + 1) : size;
  if (begin >= size && size > 0) {
    request.status = 416;
    response.writeHead(416).end();
    return;
  }
  request.status = partial ? 206 : 200;
  response.writeHead(request.status, {
    ...(length && { 'content-length': end - begin }),
    ...(etag !== null && { etag }),
    ...(partial && { 'content-range': `bytes ${begin}-${end - 1}/${size}` }),
    ...headers,
  });
  const body =
    file instanceof Uint8Array
      ? Readable.from(pieces(file.subarray(begin, end)))
      : createReadStream(file.path, { start: begin, end: end - 1, highWaterMark: PIECE });
  const cut = behaviour.cut?.(request);
  for await (const piece of body) {
    const left = cut === undefined ? piece.length : Math.min(piece.length, cut - request.bytes);
    if (response.destroyed) return;
    await new Promise((resolve) => response.write(piece.subarray(0, left), resolve));
    request.bytes += left;
    if (request.bytes === cut) {
      response.destroy();
      return;
    }
    await behaviour.onPiece?.(request);
  }
  response.end();
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
