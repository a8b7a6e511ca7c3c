import type { Task } from './protocol';
import { work } from './work';

self.onmessage = async ({ data }: MessageEvent<Task>) => {
  self.postMessage(await work(data, self.location.origin));
};
