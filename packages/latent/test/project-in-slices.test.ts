import { LatentError, project, projectInSlices } from '@utad/latent';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/latent.json';

const { codes, perplexity } = fixture.tSne;
const options = { method: 't-sne', perplexity, seed: 3, iterations: 60 } as const;

describe('a projection in slices', () => {
  it.each([0, 5, 1e6])('is that of project to the byte, in slices of %d ms', async (slice) => {
    expect(await projectInSlices(codes, options, { slice })).toEqual(project(codes, options));
  });

  it('by PCA is that of project too, in one step', async () => {
    const told: number[][] = [];
    const onProgress = (...step: number[]) => told.push(step);
    expect(await projectInSlices(codes, { method: 'pca' }, { onProgress })).toEqual(
      project(codes, { method: 'pca' }),
    );
    expect(told).toEqual([[1, 1]]);
  });

  it('tells of every step where each is a slice, from none to all', async () => {
    const told: number[] = [];
    const totals = new Set<number>();
    await projectInSlices(codes, options, {
      slice: 0,
      onProgress: (done, total) => {
        told.push(done);
        totals.add(total);
      },
    });
    expect(told).toEqual(Array.from({ length: 61 }, (_, step) => step));
    expect(totals).toEqual(new Set([60]));
  });

  it('tells of the end alone where all is one slice', async () => {
    const told: number[][] = [];
    await projectInSlices(codes, options, { slice: 1e6, onProgress: (...step) => told.push(step) });
    expect(told).toEqual([[60, 60]]);
  });

  it('lets others have their turn while it computes', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await projectInSlices(codes, { ...options, iterations: 400 }, { slice: 1 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it('stops within a slice of being told to, with the reason', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    let last = -1;
    const stopped = projectInSlices(codes, options, {
      slice: 0,
      signal: controller.signal,
      onProgress: (done) => {
        last = done;
        // Not at once, but in the turn that others have: as a signal of the system comes.
        if (done === 5) setTimeout(() => controller.abort(reason));
      },
    });
    await expect(stopped).rejects.toBe(reason);
    expect(last).toBeLessThanOrEqual(6);
  });

  it('does not begin where it was stopped before', async () => {
    const told: number[] = [];
    const stopped = projectInSlices(codes, options, {
      signal: AbortSignal.abort(new Error('before')),
      onProgress: (done) => told.push(done),
    });
    await expect(stopped).rejects.toThrow('before');
    expect(told).toEqual([]);
  });

  it('refuses what project refuses', async () => {
    await expect(projectInSlices([], { method: 'pca' })).rejects.toThrow(LatentError);
    await expect(projectInSlices(codes, { ...options, iterations: 0 })).rejects.toThrow(
      'project: expected the number of iterations to be a whole number from 1, received 0',
    );
  });
});
