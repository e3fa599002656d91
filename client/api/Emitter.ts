type Listener<Args extends unknown[]> = (...args: Args) => void;

/** Events with declared arguments. A listener that throws does not keep the others from hearing. */
export class Emitter<Events extends Record<keyof Events, unknown[]>> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  on<N extends keyof Events>(name: N, listener: Listener<Events[N]>): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
  }

  off<N extends keyof Events>(name: N, listener: Listener<Events[N]>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  protected emit<N extends keyof Events>(name: N, ...args: Events[N]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as Listener<Events[N]>)(...args);
      } catch (error) {
        // Told like any other uncaught error of the page.
        reportError(error);
      }
    }
  }
}
