import { serve } from './serve';

/** A wheel that an index offers. */
export interface OfferedWheel {
  readonly file: string;
  readonly bytes: Buffer;
  /** What the index says its SHA-256 is, where it says one. */
  readonly declares?: string;
  /** Breaks the answer off after so many bytes. */
  readonly breaksOffAfter?: number;
  /** Lets the asker wait, in milliseconds, or for ever. */
  readonly delay?: number;
}

export interface PackageIndex {
  /** What pip's `index-url` is set to. */
  readonly url: string;
  /** The files that were asked for, in order. */
  readonly served: readonly string[];
}

const normalised = (name: string) => name.replace(/[-_.]+/g, '-').toLowerCase();

/** An index as PEP 503 describes it, on this machine. */
export async function packageIndex(wheels: readonly OfferedWheel[]): Promise<PackageIndex> {
  const served: string[] = [];
  const address = await serve((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    if (project !== undefined) {
      const links = wheels
        .filter(({ file }) => normalised(file.split('-')[0] ?? '') === project)
        .map(
          ({ file, declares }) =>
            `<a href="/files/${file}${declares ? `#sha256=${declares}` : ''}">${file}</a>`,
        );
      response.writeHead(links.length > 0 ? 200 : 404, { 'content-type': 'text/html' });
      response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
      return;
    }
    const wheel = wheels.find(({ file }) => path === `/files/${file}`);
    if (wheel === undefined) {
      response.writeHead(404).end();
      return;
    }
    served.push(wheel.file);
    const answer = () => {
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': wheel.bytes.length,
      });
      if (wheel.breaksOffAfter === undefined) response.end(wheel.bytes);
      else response.write(wheel.bytes.subarray(0, wheel.breaksOffAfter), () => response.destroy());
    };
    if (wheel.delay === undefined) answer();
    else if (Number.isFinite(wheel.delay)) setTimeout(answer, wheel.delay);
  });
  return { url: `${address}/simple/`, served };
}
