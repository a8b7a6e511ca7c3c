import { FileError, readPlainFile } from '@utad/files/node';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { usageError } from '../errors';
import { isPlain, type Path } from './config-path';

/** Some thirty times what a configuration has. */
const MOST_BYTES = 64 * 1024;

/**
 * The text of a configuration file.
 *
 * @throws PipelineError `usage` that names the file, when it is not there, not text in UTF-8, or longer than any configuration is.
 */
export async function readConfigFile(path: string): Promise<string> {
  const bytes = await readPlainFile(path, MOST_BYTES).catch((cause: Error) => {
    if (cause instanceof FileError && cause.code === 'too-large') {
      const most = `a configuration of at most ${MOST_BYTES} bytes`;
      throw usageError(`${path}: expected ${most}, received more`);
    }
    const what = `expected a readable file, received ${path}: ${cause.message}`;
    throw usageError(what, 'config');
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usageError(`${path}: expected text in UTF-8, received other bytes`);
  }
}

/** A value read from YAML, which knows where each part of it stands. */
export interface YamlValue {
  readonly value: unknown;
  /** `mine.yaml:3:5` for a path that is in the text, the name alone for any other. */
  place(path: Path): string;
}

export interface ParseYamlOptions {
  /** What messages call the text. */
  readonly name: string;
  /** Whether messages give line and column. Default true. */
  readonly lines?: boolean;
}

/** No configuration nests deeper; what does is refused before it exhausts the parser's stack. */
const DEEPEST = 64;

/**
 * Reads YAML, of which JSON is a part, as plain data: texts, finite numbers, booleans, null, lists, and groups of keys.
 *
 * @throws PipelineError `usage` with the place, when the text is not YAML, or holds what is no plain data.
 */
export function parseYaml(text: string, { name, lines = true }: ParseYamlOptions): YamlValue {
  const counter = new LineCounter();
  const placeAt = (offset: number, { linePos }: Pick<LineCounter, 'linePos'> = counter) => {
    const { line, col } = linePos(offset);
    return lines ? `${name}:${line}:${col}` : name;
  };
  expectShallow(text, placeAt);
  const document = parseDocument(text, {
    lineCounter: counter,
    schema: 'core',
    resolveKnownTags: false,
    stringKeys: true,
  });
  // A tag that is not known would be left out with no more than a warning.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    throw usageError(`${placeAt(problem.pos[0])}: ${sentenceOf(problem, text)}`);
  }
  const nodeAt = (path: Path): Node | undefined => {
    let place: Node | undefined = document.contents ?? undefined;
    let node = place;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(document);
      const found = stepInto(node, key);
      if (found === undefined) return undefined;
      place = found.place;
      node = found.node;
    }
    return place;
  };
  const place = (path: Path) => {
    const [offset] = nodeAt(path)?.range ?? [];
    return offset === undefined || path.length === 0 ? name : placeAt(offset);
  };

  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw usageError(`${name}: expected aliases that can be resolved, received: ${reason}`);
  }
  const wrong = firstNotPlain(value);
  if (wrong !== undefined) {
    const at = wrong.path.length > 0 ? `${place(wrong.path)}: ${wrong.path.join('.')}` : name;
    throw usageError(`${at}: expected ${wrong.expected}, received ${wrong.received}`);
  }
  return { value, place };
}

/** The parser that is asked here goes through a text without a stack of calls, and so however deep it nests. */
function expectShallow(text: string, placeAt: (offset: number, counter: LineCounter) => string): void {
  const counter = new LineCounter();
  counter.addNewLine(0);
  const parser = new Parser(counter.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length <= DEEPEST) continue;
    const place = placeAt(parser.offset - lexeme.length, counter);
    throw usageError(
      `${place}: expected at most ${DEEPEST} groups and lists inside each other, received more`,
    );
  }
}

/** What the parser found: in its own words where they are plain, without the excerpt and the place that stand in them. */
function sentenceOf({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'MULTIPLE_DOCS') return 'expected one document, received another';
  if (code === 'DUPLICATE_KEY') {
    const [key = ''] = /^[^:\s]*/.exec(text.slice(pos[0])) ?? [];
    return `expected every key once, received ${key} again`;
  }
  const [line = ''] = message.split('\n');
  return `expected YAML: ${line.replace(/ at line \d+, column \d+:?$/, '')}`;
}

/** A part of a group or list: its node, and the node to point at, which is the key where there is one. */
function stepInto(node: Node | undefined, key: PropertyKey): { place: Node; node: Node } | undefined {
  if (isSeq<Node>(node)) {
    const item = node.items[Number(key)];
    return item && { place: item, node: item };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return pair && { place: pair.key, node: pair.value ?? pair.key };
}

interface NotPlain {
  readonly path: Path;
  readonly expected: string;
  readonly received: string;
}

function firstNotPlain(
  value: unknown,
  path: Path = [],
  around: readonly unknown[] = [],
): NotPlain | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { path, expected: 'a finite number', received: String(value) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (around.includes(value)) return { path, expected: 'a value', received: 'an alias of what it stands in' };
  for (const [key, inner] of Object.entries(value)) {
    if (isPlain(value) && key === '__proto__') {
      return { path: [...path, key], expected: 'a key with another name', received: key };
    }
    const wrong = firstNotPlain(inner, [...path, key], [...around, value]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
