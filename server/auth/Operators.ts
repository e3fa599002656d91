import { AppError } from '../core/AppError.ts';
import type { AuthService } from './AuthService.ts';
import type { Principal } from './Principal.ts';
import { isSameSecret } from './secrets.ts';

/** Somebody who runs the server. */
export interface Operator {
  /** Null: somebody with the token of the configuration. */
  userId: string | null;
  name: string;
}

export interface OperatorsOptions {
  /** Of accounts that are operators, in lower case. */
  emails: readonly string[];
  /** For scripts; null: there is none. */
  token: string | null;
}

const NAME_OF_TOKEN = 'Operator token';

/** Knows who runs the server. */
export class Operators {
  readonly #emails: ReadonlySet<string>;
  readonly #token: string | null;
  readonly #auth: Pick<AuthService, 'authenticate'>;

  constructor(auth: Pick<AuthService, 'authenticate'>, { emails, token }: OperatorsOptions) {
    this.#auth = auth;
    this.#emails = new Set(emails);
    this.#token = token;
  }

  isOperator(principal: Principal): boolean {
    return principal.kind === 'account' && this.#emails.has(principal.email);
  }

  /** @throws AppError UNAUTHENTICATED, FORBIDDEN */
  async authenticate(token: string): Promise<Operator> {
    if (this.#token !== null && isSameSecret(token, this.#token)) {
      return { userId: null, name: NAME_OF_TOKEN };
    }
    const principal = await this.#auth.authenticate(token);
    if (!this.isOperator(principal)) {
      throw new AppError('FORBIDDEN', { message: 'This is for operators of the server.' });
    }
    return { userId: principal.userId, name: principal.name };
  }
}
