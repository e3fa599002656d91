import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';

type Color = 'cyan' | 'magenta' | 'yellow' | 'blue' | 'green' | 'red';

const COLORS: readonly Color[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];

/** Writes the logs of several nodes to one screen, each line under the name of its node. */
export class NodeLog {
  readonly #write: (text: string) => void;
  readonly #pretty: (line: string) => string;
  readonly #colors: boolean;
  readonly #names = new Map<string, string>();

  /** @param names of all nodes, so that their lines begin at the same column */
  constructor(names: readonly string[], colors: boolean, write: (text: string) => void) {
    const width = Math.max(...names.map((name) => name.length));
    this.#write = write;
    this.#colors = colors;
    this.#pretty = prettyFactory({
      colorize: colors,
      singleLine: true,
      translateTime: 'HH:MM:ss.l',
      ignore: 'pid,hostname',
    });
    for (const [index, name] of names.entries()) {
      const color = COLORS[index % COLORS.length] ?? 'cyan';
      this.#names.set(name, this.#style(color, `${name.padEnd(width)} │`));
    }
  }

  /** A line as the node has written it: of its log, or text. */
  add(name: string, line: string): void {
    if (line.trim() === '') return;
    const text = line.startsWith('{') ? this.#pretty(line) : line;
    for (const part of text.trimEnd().split('\n')) {
      this.#write(`${this.#names.get(name) ?? name} ${part}\n`);
    }
  }

  /** Something about the cluster that must not go under among the rest. */
  announce(text: string, color: Color): void {
    this.#write(`${this.#style(color, `▶ ${text}`)}\n`);
  }

  #style(color: Color, text: string): string {
    return this.#colors ? styleText(color, text, { validateStream: false }) : text;
  }
}
