import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { processesIn, ServiceProcess } from '../support/service-process';

const run = promisify(execFile);

/** The commands that the service printed for pasting, made quiet. */
function printedCommands(service: ServiceProcess): string[] {
  const commands = service.output.match(/ {2}curl [\s\S]*?[^\\]\n/g) ?? [];
  return commands.map((command) => command.trim().replace(/^curl/, 'curl -s'));
}

async function paste(command: string | undefined) {
  return JSON.parse((await run('bash', ['-c', command ?? 'false'])).stdout);
}

// Each start makes a database of its own, which a busy machine takes its time for.
describe('npm start', { timeout: 120_000 }, () => {
  let folder: string;
  const services: ServiceProcess[] = [];
  const servers: Server[] = [];

  function start(env: Record<string, string> = {}, args: readonly string[] = []): ServiceProcess {
    const service = new ServiceProcess(
      { DATA_DIR: join(folder, 'data'), PORT: '0', REDIS_URL: inject('redisUrl'), ...env },
      args,
    );
    services.push(service);
    return service;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'health export start '));
  });

  afterEach(async () => {
    for (const service of services.splice(0)) await service.end('SIGTERM');
    for (const server of servers.splice(0)) server.close();
    expect(processesIn(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('brings everything, prints a curl line that works, stops without leaving a process, finds the data again', async () => {
    const first = start({ REDIS_URL: '' });
    const address = await first.waitUntilListening();
    expect(processesIn(folder).length).toBeGreaterThan(1);
    expect(first.output).toMatch(/^Redis +own/m);
    const key = first.output.match(/^ {2}(hx_\w+)$/m)?.[1] as string;
    expect(statSync(join(folder, 'data/first-key')).mode & 0o777).toBe(0o600);

    const [post, get] = printedCommands(first);
    const reply = await paste(post);
    expect(reply).toMatchObject({ status: 'stored', received: 1, stored: 1, rejected: 0 });
    expect(post).not.toContain(key);
    await first.waitFor(/"msg":"POST \/v1\/ingest 200"/);
    expect(first.output).toMatch(/^Starting PostgreSQL and Redis …$/m);
    expect(first.output).toMatch(/Schema {6}\d+ migrations applied, /);
    const answer = await paste(get);
    expect(answer.samples).toMatchObject([{ value: 61.5, min: 58, max: 66, source: 'Example Watch' }]);
    expect(await first.end('SIGINT')).toBe(0);
    expect(first.output).toMatch(/\nStopping …\n(.*\n)*Stopped\.\n$/);
    expect(processesIn(folder)).toEqual([]);

    const second = start();
    const again = await second.waitUntilListening();
    expect(second.output).not.toContain(key);
    const found = await paste(printedCommands(second)[1]);
    expect(found.samples).toEqual(answer.samples);
    expect(again).not.toBe(address);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  it('refuses a data directory that another start works in, and leaves that one alone', async () => {
    const first = start();
    const address = await first.waitUntilListening();
    // On the same port, too: another one would not help.
    const second = start({ PORT: new URL(address).port });
    expect(await second.exited).toBe(1);
    expect(second.output).toMatch(/is in use by the running service \(process \d+/);
    expect((await fetch(`${address}/health`)).status).toBe(200);
  });

  it('says which port is taken and how to choose another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    const { port } = server.address() as { port: number };
    const service = start({ PORT: String(port) });
    expect(await service.exited).toBe(1);
    expect(service.output).toMatch(/^Health Export .+\nPort \d+ is in use by another program\. .+ npm start\n$/);
    expect(service.output).toContain(`Port ${port} is in use`);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('starts while 5432 and 6379 are in use', async () => {
    for (const port of [5432, 6379]) {
      const server = createServer().on('error', () => undefined);
      server.listen(port, '127.0.0.1');
      servers.push(server);
    }
    await start({ REDIS_URL: '' }).waitUntilListening();
  });

  it('runs without Redis where there is none, and says so', async () => {
    const service = start({ REDIS_URL: '', PATH: '' });
    const address = await service.waitUntilListening();
    expect(service.output).toMatch(/^Redis +none \(.+\): the cache is memory only$/m);
    expect((await fetch(`${address}/ready`)).status).toBe(200);
  });

  it('stops at once although connections are open on which nothing was ever asked', async () => {
    const service = start();
    const { port, hostname } = new URL(await service.waitUntilListening());
    const sockets = [connect(Number(port), hostname), connect(Number(port), hostname)];
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await fetch(`http://${hostname}:${port}/health`);
    expect(await service.end('SIGTERM')).toBe(0);
    for (const socket of sockets) socket.destroy();
  });

  it('stops in order when it is told to during its start', async () => {
    const service = start();
    await service.waitFor(/Health Export/);
    expect(await service.end('SIGINT')).toBe(0);
  });

  it('tells all faults of the settings at once', async () => {
    const service = start({ POOL_MAX: 'many', CHUNK_ROWS: '-1' });
    expect(await service.exited).toBe(1);
    expect(service.output).toContain('POOL_MAX');
    expect(service.output).toContain('CHUNK_ROWS');
  });

  it.each([
    [{ DATA_DIR: '/dev/null/data' }, /^The folder at DATA_DIR cannot be used: ENOTDIR.*$/m],
    [
      { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/x' },
      /^The database cannot be reached; check DATABASE_URL: .*$/m,
    ],
    [{ HOST: '192.0.2.1' }, /^HOST=192\.0\.2\.1 is no address of this machine\..*$/m],
  ])('tells what is wrong with %j in one sentence', async (env: Record<string, string>, sentence) => {
    const service = start(env);
    expect(await service.exited).toBe(1);
    expect(service.output).toMatch(sentence);
    expect(service.output).not.toMatch(/^ {4}at |secret/m);
  });

  it('refuses an argument that it does not know', async () => {
    const service = start({}, ['--port', '3001']);
    expect(await service.exited).toBe(2);
    expect(service.output).toMatch(/^There is no argument "--port 3001": .*$/m);
  });

  it.each(['--help', '--version'])('answers %s', async (argument) => {
    const service = start({}, [argument]);
    expect(await service.exited).toBe(0);
    expect(service.output).toMatch(argument === '--help' ? /npm start/ : /^\d+\.\d+\.\d+$/m);
  });
});
