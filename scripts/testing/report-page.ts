import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import rules from 'axe-core';
import { type Page, chromium as playwright } from 'playwright-core';
import { chromium } from './chromium';

/** Why no report can be opened here, to skip tests by name; undefined where one can. */
export const cannotOpenReports =
  chromium === undefined ? 'there is no Chromium here; CHROME_PATH names one' : undefined;

/** The screen that a report is opened on. */
export interface Screen {
  /** In CSS pixels. Default 1280. */
  readonly width?: number;
  /** In CSS pixels. Default 900. */
  readonly height?: number;
  /** Whether the reader prefers dark pages. Default false. */
  readonly dark?: boolean;
  /** Default true. */
  readonly scripts?: boolean;
}

/** A rule of accessibility that is broken, and where. */
interface Violation {
  readonly rule: string;
  readonly help: string;
  readonly places: readonly string[];
}

/** A report in a browser of its own. */
export interface OpenReport {
  readonly page: Page;
  /** Every address asked for but the file itself, those that the page's policy refused included. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, and errors that nothing caught. */
  readonly consoleErrors: readonly string[];
  /** What axe-core finds wrong in the page as it is now. */
  axe(): Promise<Violation[]>;
  /** Writes the whole page as a PNG. */
  screenshot(path: string): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

declare global {
  // Where its source puts it in a page.
  var axe: typeof import('axe-core');
}

/** Opens a report from `file://` in headless Chromium: the text of an HTML file, or the path of one. */
export async function openReport(
  htmlOrPath: string,
  { width = 1280, height = 900, dark = false, scripts = true }: Screen = {},
): Promise<OpenReport> {
  if (chromium === undefined) throw new Error(cannotOpenReports);
  const isText = /^\s*<!doctype/i.test(htmlOrPath);
  const file = isText ? join(tmpdir(), `utad-report-${crypto.randomUUID()}.html`) : resolve(htmlOrPath);
  if (isText) await writeFile(file, htmlOrPath);
  const address = pathToFileURL(file).href;
  const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });
  const close = async () => {
    await browser.close();
    if (isText) await rm(file, { force: true });
  };
  try {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      javaScriptEnabled: scripts,
    });
    const requests: string[] = [];
    const consoleErrors: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (url !== address && !url.startsWith(`${address}#`) && !url.startsWith('data:')) requests.push(url);
    });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) consoleErrors.push(message.text());
    });
    page.on('pageerror', (error) => consoleErrors.push(String(error)));
    await page.goto(address);
    return {
      page,
      requests,
      consoleErrors,
      close,
      axe: () => violationsOf(page),
      screenshot: async (path) => {
        await page.screenshot({ path, fullPage: true });
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function violationsOf(page: Page): Promise<Violation[]> {
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(rules.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    places: nodes.map(({ html, failureSummary = '' }) => `${html.slice(0, 300)} ${failureSummary}`),
  }));
}
