const BOILERPLATE =
  /A complete log of this run|Log files were not written|You can rerun the command|not ok$|^cwd |^node -v|^node-gyp -v|^System |^command |^at |npm help|^\(Use|^Node\.js v/;
// What Node and Python write of an error that nobody caught: Node its fields after it, Python what led to it before.
const UNCAUGHT = /^(?:(?:\w+\.)*\w*(?:Error|Exception)(?: \[\w+\])?): ./;
const OF_PYTHON = /^Traceback \(most recent call last\)/m;
const COMPILER = /: (?:fatal )?error: |undefined reference/;
// pip reports an index that it cannot reach as one that lacks the package.
const UNREACHED = /connection broken by .*?(\[Errno [^'")]*)/;
const TELLING =
  /\berrors?\b|\bfatal\b|not found|no matching|no module|cannot|could not|unable|denied|failed/i;

/** The line of a program's error output that says most about why it failed. */
export function gist(stderr: string, otherwise: string): string {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:(?:npm (?:error|ERR!)|gyp ERR!|ERROR:|stack )\s*)+/, '').trim())
    .filter((line) => line.length > 3 && !BOILERPLATE.test(line));
  const uncaught = (text: string) => UNCAUGHT.test(text);
  const line =
    lines.find((text) => COMPILER.test(text)) ??
    (OF_PYTHON.test(stderr) ? lines.findLast(uncaught) : lines.find(uncaught)) ??
    lines.findLast((text) => TELLING.test(text)) ??
    lines.at(-1) ??
    otherwise.split('\n')[0] ??
    '';
  const unreached = UNREACHED.exec(stderr)?.[1];
  if (unreached && /^No matching distribution/.test(line)) return `${line} (index not reached: ${unreached})`;
  return line.length > 300 ? `${line.slice(0, 300)} ...` : line;
}
