import type { Answer, Failure, Task } from './protocol';
import { work } from './work';

const { origin } = location;

async function run(task: Task): Promise<Answer | Failure> {
  if (!task.inWorker) return await work(task, origin);
  const worker = new Worker('/worker.js', { type: 'module' });
  return await new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Answer | Failure>) => resolve(data);
    worker.onerror = ({ message }) => resolve({ error: `the worker failed: ${message}`, absent: false });
    worker.postMessage(task);
  });
}

const task: Task = await (await fetch('/task.json')).json();
await fetch('/answer', { method: 'POST', body: JSON.stringify(await run(task)) });
