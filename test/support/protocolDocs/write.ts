import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderWhoMay } from '../whoMay/renderWhoMay.ts';
import { renderProtocol } from './renderProtocol.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
writeFileSync(join(DOCS, 'protocol.md'), renderProtocol());
writeFileSync(join(DOCS, 'who-may.md'), renderWhoMay());
