import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ServiceLevels } from '../../../src/service-levels/service-levels.service';
import type { ServiceLevelsAnswer } from '../../../src/service-levels/service-levels-answer';
import { browserTimeoutMs, startBrowser } from '../../support/browser';
import { minutesOfHeartRate } from '../../support/minutes-of-heart-rate';
import type { Phone } from '../../support/phone';
import { RedisProcess } from '../../support/redis-process';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';
import { askLevels, loadALittle, promiseOf } from './level-load';

let browser: Browser;
let redis: RedisProcess;
let service: Service;
let closed: Service;
let admin: Phone;
let reader: Phone;
let context: BrowserContext | null = null;
/** What the page complained of. */
let complaints: string[] = [];

beforeAll(async () => {
  [browser, redis] = await Promise.all([startBrowser(), RedisProcess.started()]);
  service = await startService({}, { redisUrl: redis.url });
  closed = await startService({ STATUS_ACCESS: 'key' }, { beside: service, redisUrl: redis.url });
  admin = await service.newPhone({ scopes: ['admin'] });
  reader = await service.newPhone({ scopes: ['ingest:write', 'read'] });
  const levels = service.app.get(ServiceLevels);
  await loadALittle(service, reader);
  await levels.record();
  // Of this interval only ingests are measured: other charts have one point, this one two.
  expect((await reader.post(minutesOfHeartRate(99))).status).toBe(200);
  await levels.record();
}, browserTimeoutMs);

afterEach(async () => {
  await context?.close();
  context = null;
});

afterAll(async () => {
  await browser?.close();
  await closed?.stop();
  await service?.stop();
  await redis?.close();
});

interface Look {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

async function openPage({ width = 1280, colorScheme = 'light' }: Look = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  complaints = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

const address = ({ port }: Service, path = '/status') => `http://127.0.0.1:${port}${path}`;

/** Opens the page and keeps the answer that it shows. */
async function openStatus(page: Page, of = service): Promise<ServiceLevelsAnswer> {
  const answered = page.waitForResponse((response) => response.url().endsWith('/v1/service-levels'));
  await page.goto(address(of));
  const answer = (await (await answered).json()) as ServiceLevelsAnswer;
  await page.waitForSelector('#rows tr');
  return answer;
}

function hasHorizontalScroll(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
}

/** How much lighter one colour is than another, by WCAG; texts need 4.5. */
const contrastScript = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backOf = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return colour === 'rgba(0, 0, 0, 0)' && node.parentElement ? backOf(node.parentElement) : colour;
  };
  const texts = [...document.querySelectorAll('h1, p, td, th, span')].filter((node) => node.innerText?.trim() && node.offsetParent);
  return Math.min(...texts.map((node) => {
    const [a, b] = [light(getComputedStyle(node).color), light(backOf(node))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
})()`;

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const)('the page, $width px wide and $colorScheme', (look) => {
  test('shows what the API says, fits, can be read and complains of nothing', async () => {
    const page = await openPage(look);
    const answer = await openStatus(page);
    const row = page.locator('#rows tr');
    expect(await row.count()).toBe(answer.promises.length);
    for (const { id, title, floorText, goalText, windows } of answer.promises) {
      const cells = page.locator(`tr[data-promise="${id}"]`);
      expect(await cells.locator('th').innerText()).toContain(title);
      expect(await cells.locator('.limit-asked').innerText()).toBe(floorText);
      expect(await cells.locator('.limit-goal').innerText()).toBe(goalText);
      for (const [name, { text, verdict, isGoalReached }] of Object.entries(windows)) {
        const mark = verdict === 'broken' ? ' ✗' : isGoalReached ? ' ★' : '';
        expect(await cells.locator(`[data-window="${name}"] .value`).innerText()).toBe(`${text}${mark}`);
      }
      const words = { kept: '✓ kept', broken: '✗ broken', too_few: '… too few', no_data: '– no data' };
      const word = words[windows.fiveMinutes.verdict];
      expect(await cells.locator('.verdict').innerText()).toBe(word);
    }
    expect(await hasHorizontalScroll(page)).toBe(false);
    expect(await page.evaluate(contrastScript)).toBeGreaterThan(4.5);
    const back = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(back).toBe(look.colorScheme === 'dark' ? 'rgb(20, 24, 26)' : 'rgb(251, 251, 249)');
    // The tree that screen readers get: on a phone as well it is a table, with its heads.
    const told = await page.locator('#levels').ariaSnapshot();
    expect(told).toMatch(/^- table/);
    expect(told).toContain('- rowheader "Ingest, p95');
    // Said outright: some browsers forget that it is one where it is laid out as blocks.
    expect(await page.locator('#levels[role=table] tbody[role=rowgroup] tr[role=row] th[role=rowheader]').count()).toBe(
      answer.promises.length,
    );
    expect(complaints).toEqual([]);
  });
});

describe('the page', () => {
  test('fits into every width, however long its figures are', async () => {
    const page = await openPage();
    await openStatus(page);
    await page.evaluate(`{
      const put = (selector, text) => {
        for (const element of document.querySelectorAll(selector)) element.textContent = text;
      };
      put('.figure .value', '> 1,234,567 ms ✗');
      put('.figure .count', 'of 1,234,567, 1,234,567 failed');
      put('.verdict', '… too few');
    }`);
    const tooNarrow: number[] = [];
    // The table becomes blocks at 1216.
    for (const width of [320, 600, 768, 1024, 1215, 1217, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      if (await hasHorizontalScroll(page)) tooNarrow.push(width);
    }
    expect(tooNarrow).toEqual([]);
  });

  test('draws a chart of what was measured, with words for who cannot see it', async () => {
    const page = await openPage();
    await openStatus(page);
    const chart = page.getByRole('img', { name: /^Ingest, p95, last \d+ s, \d+ of \d+ points beyond the limit$/ });
    expect(await chart.locator('.values').getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$/);
    expect(await chart.locator('.dots').getAttribute('d')).toBe('');
    const lonely = page.getByRole('img', { name: /^Query, p95/ });
    expect(await lonely.locator('.values').getAttribute('d')).toBe('');
    expect(await lonely.locator('.dots').getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+h0.01$/);
    expect(complaints).toEqual([]);
  });

  test('asks for a key where it needs one, by keyboard, keeps it in the tab alone and can forget it', async () => {
    const page = await openPage();
    await page.goto(address(closed));
    const field = page.getByLabel('API key with the scope admin');
    await field.waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
    await page.keyboard.type(reader.key);
    await page.keyboard.press('Enter');
    await page.getByText('The key lacks the scope admin.').waitFor();
    await field.fill(admin.key);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#rows tr');
    expect(await page.evaluate('[localStorage.length, document.cookie, location.href].join()')).toBe(
      `0,,${address(closed)}`,
    );
    await page.reload();
    await page.waitForSelector('#rows tr');
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await field.waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    // Chromium itself notes each refusal.
    expect(complaints.filter((line) => !line.includes('Failed to load resource'))).toEqual([]);
  });

  test('runs no script that is not its own', async () => {
    const page = await openPage();
    await openStatus(page);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = 1' }))`,
    );
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
  });

  test('says in words that a promise is broken, and that the service does not answer', async () => {
    const page = await openPage();
    await page.clock.install();
    await openStatus(page);
    await redis.kill();
    await until(async () => promiseOf(await askLevels(service), 'redis_p99').windows.fiveMinutes.verdict === 'broken');
    await page.clock.runFor(10_000);
    await page.locator('tr[data-promise="redis_p99"] .verdict', { hasText: '✗ broken' }).waitFor();
    expect(await page.getByRole('status').innerText()).toMatch(/^\d+ of \d+ broken: .*Redis operation, p99/);
    await page.route('**/v1/service-levels', (route) => route.abort());
    await page.clock.runFor(10_000);
    await page.getByText('The service does not answer').waitFor();
    expect(await page.locator('#when').innerText()).toMatch(/^The figures below are of .*Trying again every 10 s\.$/);
    await page.unroute('**/v1/service-levels');
    await page.clock.runFor(10_000);
    await page.getByText(/^Measured at/).waitFor();
    expect(complaints.filter((line) => !line.includes('net::ERR_FAILED'))).toEqual([]);
  });
});

test.each([
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const)('/docs renders, $width px wide and $colorScheme, what people come for first', async (look) => {
  const page = await openPage(look);
  await page.goto(address(service, '/docs'));
  await page.getByText('/v1/service-levels').first().waitFor();
  expect(await page.locator('.opblock').count()).toBeGreaterThan(20);
  expect(await page.locator('.opblock-tag').first().innerText()).toContain('ingest');
  expect(await hasHorizontalScroll(page)).toBe(false);
  const back = await page.evaluate(`getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor`);
  expect(back).toBe(look.colorScheme === 'dark' ? 'rgb(28, 32, 34)' : 'rgba(0, 0, 0, 0)');
  expect(complaints).toEqual([]);
});
