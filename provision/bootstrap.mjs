// @ts-check
/* global clearInterval, console, performance, process, setInterval */
/**
 * `node provision/bootstrap.mjs <start|cluster|doctor|test|faults|soak|dev|bench|admin> [arguments]`
 *
 * Runs on any Node since 18, in a fresh clone: gets a Node that runs TypeScript and the packages of
 * the lockfile, then hands over to `provision/commands/<name>.ts`. With everything in place it only
 * compares a few files, because every start passes through here.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMMANDS = ['start', 'cluster', 'doctor', 'test', 'faults', 'soak', 'dev', 'bench', 'admin'];
/** Since these versions Node runs TypeScript without a flag. */
const ENOUGH_NODE = { 22: 18, 23: 6 };
const WANTED_NODE_MAJOR = 24;
const NODE_FOLDER = join(
  process.env['PARLEY_CACHE_DIR'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'parley'),
  'node',
);
/** The hash of the lockfile whose packages are installed. */
const STAMP = join(ROOT, 'node_modules', '.parley-lockfile');
/** npm's own record of what it has installed. */
const RECORD = join(ROOT, 'node_modules', '.package-lock.json');

/** The command that is running now, if any. @type {import('node:child_process').ChildProcess | undefined} */
let child;
let stopped = false;

/** A failure with the thing to do about it. */
class BootstrapError extends Error {
  /** @param {string} message @param {string} advice */
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  if (!COMMANDS.includes(name)) {
    throw new BootstrapError(
      `There is no command "${name}".`,
      `Use one of: ${COMMANDS.map((command) => `npm run ${command}`).join(', ')}`,
    );
  }

  const node = runsTypeScript(process.versions.node) ? process.execPath : await ensureNode();
  // Everything started from here on, npx and script shebangs included, finds the same Node first.
  process.env['PATH'] = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
  await ensureDependencies(node);

  const command = join(ROOT, 'provision', 'commands', `${name}.ts`);
  if (node === process.execPath) {
    stopForwarding();
    process.argv = [node, command, ...args];
    await import(pathToFileURL(command).href);
    return;
  }
  // The IPC channel tells the command when this process is gone, even by SIGKILL.
  const code = await run(node, [command, ...args], ['inherit', 'inherit', 'inherit', 'ipc']);
  process.exitCode = code;
}

/** @param {string} version */
function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || minor >= (ENOUGH_NODE[/** @type {22 | 23} */ (major)] ?? Infinity);
}

/** The path of a Node that runs TypeScript, from the cache or else from the npm registry. */
async function ensureNode() {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const cached = (await readdir(NODE_FOLDER).catch(() => /** @type {string[]} */ ([])))
    .filter(
      (entry) => entry.endsWith(`-${process.platform}-${process.arch}`) && runsTypeScript(entry),
    )
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .pop();
  if (cached) return join(NODE_FOLDER, cached, binary);

  return step(
    `Node ${WANTED_NODE_MAJOR}`,
    `downloading (this is Node ${process.versions.node})`,
    async () => {
      const platform = process.platform === 'win32' ? 'win' : process.platform;
      const packageName = `node-${platform}-${process.arch}`;
      const temporary = join(NODE_FOLDER, `${process.pid}.tmp`);
      await mkdir(temporary, { recursive: true });
      try {
        await npm(
          process.execPath,
          [
            'install',
            '--prefix',
            temporary,
            '--no-save',
            '--ignore-scripts',
            '--no-audit',
            '--no-fund',
            `${packageName}@${WANTED_NODE_MAJOR}`,
          ],
          `Install Node ${WANTED_NODE_MAJOR} yourself (https://nodejs.org), then run the command again.`,
        );
        const folder = join(temporary, 'node_modules', packageName);
        const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const slim = join(temporary, 'slim');
        await mkdir(slim);
        await copyFile(join(folder, 'bin', binary), join(slim, binary));
        const target = join(NODE_FOLDER, `${version}-${process.platform}-${process.arch}`);
        await rename(slim, target).catch((error) => {
          // Another Parley was faster, which is just as well.
          if (!existsSync(join(target, binary))) throw error;
        });
        return join(target, binary);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },
  );
}

/**
 * Installs the lockfile's packages unless they are there.
 * @param {string} node
 */
async function ensureDependencies(node) {
  const lockfile = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const wanted = createHash('sha256')
    .update(`${process.platform}-${process.arch}\n${lockfile}`)
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;

  if (!isInstalled(lockfile)) {
    // Removed first, so that an interrupted installation never passes for a complete one.
    await rm(RECORD, { force: true });
    await step('Dependencies', 'installing', () =>
      npm(
        node,
        ['ci', '--no-audit', '--no-fund', '--ignore-scripts'],
        'Check that this machine reaches an npm registry (npm config get registry), then run the command again.',
      ),
    );
  }
  await writeFile(STAMP, wanted);
}

/**
 * Whether npm's own record of what it has installed agrees with the lockfile: then someone ran npm
 * by hand, and there is nothing to do.
 * @param {string} lockfile
 */
function isInstalled(lockfile) {
  if (!existsSync(RECORD)) return false;
  const wanted = JSON.parse(lockfile).packages;
  const installed = JSON.parse(readFileSync(RECORD, 'utf8')).packages;
  return Object.keys(wanted).every((path) => {
    if (path === '') return true;
    // Packages for other platforms are optional and left out.
    if (!installed[path]) return wanted[path].optional === true;
    return installed[path].version === wanted[path].version;
  });
}

/**
 * @param {string} node
 * @param {string[]} args
 * @param {string} advice
 */
async function npm(node, args, advice) {
  // npm tells its scripts where it is; outside of npm the shell finds it.
  const cli = process.env['npm_execpath'];
  const [file, prefix] = cli?.endsWith('.js') ? [node, [cli]] : ['npm', []];
  /** @type {string[]} */
  const output = [];
  const code = await run(file, [...prefix, ...args], ['ignore', 'pipe', 'pipe'], output);
  if (code !== 0 && !stopped) {
    throw new BootstrapError(`npm ${args[0]} failed:\n${output.join('').trim()}`, advice);
  }
}

/**
 * Runs a command and resolves with its exit code.
 * @param {string} file
 * @param {string[]} args
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {string[]} [output]
 * @returns {Promise<number>}
 */
function run(file, args, stdio, output = []) {
  return new Promise((resolve, reject) => {
    // With piped output it is one of ours to silence, so Ctrl-C must not reach it on its own.
    child = spawn(file, args, { cwd: ROOT, stdio, detached: stdio[1] === 'pipe' });
    child.stdout?.on('data', (text) => output.push(String(text)));
    child.stderr?.on('data', (text) => output.push(String(text)));
    child.on('error', reject);
    child.on('close', (code) => {
      child = undefined;
      resolve(code ?? (stopped ? 0 : 1));
    });
  });
}

/**
 * @template T
 * @param {string} title
 * @param {string} doing
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(title, doing, work) {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const live = process.stdout.isTTY;
  if (!live) console.log(`… ${title} ${doing}`);
  const timer = setInterval(() => {
    if (live) process.stdout.write(`\r\x1b[K… ${title} ${doing} ${seconds()}`);
  }, 100);
  try {
    const result = await work();
    if (stopped) process.exit(0);
    clearInterval(timer);
    console.log(`${live ? '\r\x1b[K' : ''}✔ ${title} ready ${seconds()}`);
    return result;
  } finally {
    clearInterval(timer);
    if (live) process.stdout.write('\r\x1b[K');
  }
}

/** @type {Array<[NodeJS.Signals, () => void]>} */
const forwarders = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [
  /** @type {NodeJS.Signals} */ (signal),
  () => {
    stopped = true;
    if (!child?.pid) process.exit(0);
    // npm would first undo what it has done, which takes as long as finishing. The next start
    // begins anew.
    if (child.stdout) process.kill(-child.pid, 'SIGKILL');
    else child.kill(/** @type {NodeJS.Signals} */ (signal));
  },
]);
for (const [signal, forward] of forwarders) process.on(signal, forward);

/** A command in this same process looks after signals itself. */
function stopForwarding() {
  for (const [signal, forward] of forwarders) process.off(signal, forward);
}

main().catch((error) => {
  if (stopped) process.exit(0);
  console.error(`\n✖ ${error.message}`);
  if (error instanceof BootstrapError) console.error(`\n→ ${error.advice}`);
  process.exit(1);
});
