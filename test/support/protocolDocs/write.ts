import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderProtocol } from './renderProtocol.ts';

writeFileSync(join(import.meta.dirname, '../../../docs/protocol.md'), renderProtocol());
