import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/** Most that a first visit may load of JavaScript, gzipped. */
const FIRST_LOAD_BUDGET_BYTES = 250_000;
/** Smaller files gain nothing. */
const COMPRESS_FROM_BYTES = 1_024;

/** Fails a build whose entry, with everything that it needs before it runs, is over the budget. */
function firstLoadBudget(): Plugin {
  return {
    name: 'first-load-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const loaded = new Set<Rolldown.OutputChunk>();
      const load = (chunk: Rolldown.OutputChunk | undefined): void => {
        if (!chunk || loaded.has(chunk)) return;
        loaded.add(chunk);
        for (const name of chunk.imports) load(byName.get(name));
      };
      for (const chunk of chunks) if (chunk.isEntry) load(chunk);
      const bytes = [...loaded].reduce((sum, { code }) => sum + gzipSync(code).length, 0);
      const all = chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0);
      const figure = `first load ${kilobytes(bytes)} of JavaScript gzipped, ${kilobytes(all)} in all`;
      if (bytes > FIRST_LOAD_BUDGET_BYTES) {
        this.error(`${figure}: more than ${kilobytes(FIRST_LOAD_BUDGET_BYTES)}`);
      }
      this.info(figure);
    },
  };
}

/** Puts a .br and a .gz next to every file that gains from it. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg|json)$/.test(name)) continue;
        const path = join(dir, name);
        const content = readFileSync(path);
        if (content.length < COMPRESS_FROM_BYTES) continue;
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
      }
    },
  };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [firstLoadBudget(), precompress()],
  resolve: { dedupe: ['preact', '@preact/signals-core'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    // The page's policy allows no inline scripts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
