import { startPostgres, type Postgres } from '../../provision/throwaway/postgres.ts';
import { ClusterOfProcesses, type ClusterShape } from '../../test/support/ClusterOfProcesses.ts';

/** The load comes from one address and few people, on few connections. */
const NO_LIMITS = {
  PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '1000000',
  PARLEY_LIMITS_GUEST_PER_ADDRESS_POINTS: '1000000',
  PARLEY_LIMITS_SIGNUP_PER_ADDRESS_POINTS: '1000000',
  PARLEY_LIMITS_REQUESTS_PER_CONNECTION_POINTS: '1000000',
  PARLEY_LOG_LEVEL: 'warn',
};

/** A cluster of processes with a Redis and a PostgreSQL of its own, for loads that no people make. */
export class BenchCluster {
  readonly processes: ClusterOfProcesses;
  readonly #postgres: Postgres;

  static async start(shape: ClusterShape): Promise<BenchCluster> {
    const postgres = await startPostgres();
    const env = { ...NO_LIMITS, ...shape.env };
    const processes = await ClusterOfProcesses.start(postgres, { ...shape, env });
    return new BenchCluster(processes, postgres);
  }

  private constructor(processes: ClusterOfProcesses, postgres: Postgres) {
    this.processes = processes;
    this.#postgres = postgres;
  }

  async stop(): Promise<void> {
    await this.processes.close();
    await this.#postgres.stop();
  }
}
