import type { AdminTexts } from './adminTexts.ts';

const counted = (count: number, one: string, many: string) =>
  `${count} ${count === 1 ? one : many}`;
/** What there is none of is not worth a word. */
const some = (count: number, one: string, many: string) =>
  count === 0 ? [] : [counted(count, one, many)];

export const deAdmin: AdminTexts = {
  title: 'Server',
  hint: 'Was dieser Server, oder jeder seiner Knoten, gerade tut.',
  nodes: 'Knoten',
  registryAway: 'Das Verzeichnis der Knoten antwortet nicht',
  registryAwayHint:
    'Die Knoten stehen hier, wie sie zuletzt bekannt waren. Besprechungen gehen weiter.',
  older: 'Was hier steht, ist älter.',
  thisNode: 'antwortet dir',
  signaling: 'Signalisierung',
  media: 'Medien',
  mixer: 'Mischer',
  mixes: 'Live-Räume, die er mischen kann',
  load: 'Last',
  loadOf: (name) => `Last von ${name}`,
  worker: (index) => `Worker ${index}`,
  marks: { ready: 'Bereit', cordoned: 'Abgesperrt', draining: 'Wird geleert' },
  cordon: 'Absperren',
  uncordon: 'Freigeben',
  drain: 'Leeren',
  undrain: 'Nicht mehr leeren',
  cordonTitle: (name) => `${name} absperren?`,
  cordonHint: 'Er behält, was er hat, und bekommt nichts Neues. Das lässt sich zurücknehmen.',
  drainTitle: (name) => `${name} leeren?`,
  drainHint:
    'Er gibt seine Besprechungen, Verbindungen und Medien an andere Knoten und bekommt nichts Neues. In den Besprechungen merkt es niemand, solange es nicht zu lange dauert. Es lässt sich zurücknehmen.',
  drained: 'Leer: Er kann angehalten werden.',
  toGo: ({ meetings, connections, participants, routers }) =>
    `Noch ${[
      ...some(meetings, 'Besprechung', 'Besprechungen'),
      ...some(connections, 'Verbindung', 'Verbindungen'),
      ...some(participants, 'Person mit Medien hier', 'Personen mit Medien hier'),
      ...some(routers, 'Router', 'Router'),
    ].join(', ')}`,
  silent: (seconds) => `Seit ${seconds} s kein Herzschlag`,
  version: 'Version',
  region: 'Region',
  uptime: 'Läuft seit',
  meetings: 'Besprechungen',
  connections: 'Verbindungen',
  routers: 'Router',
  participants: 'Personen mit Medien hier',
  noMeetings: 'Gerade läuft keine Besprechung',
  noMeetingsHint: 'Sobald jemand eine betritt, steht sie hier.',
  missing: (names) => `Ohne Antwort, ihre Besprechungen fehlen hier: ${names}`,
  owner: 'Besitzer',
  epoch: 'Epoche',
  people: (count) => counted(count, 'Person', 'Personen'),
  waiting: (count) => `${count} im Warteraum`,
  since: (when) => `seit ${when}`,
  placement: 'Medien',
  placementOf: (title) => `Wo die Medien von ${title} sind`,
  noRouters: 'Sie hat gerade keine Medien.',
  linked: (a, b, producers) =>
    `${a} und ${b} sind verbunden; ${counted(producers, 'Strom geht', 'Ströme gehen')} hinüber.`,
  move: 'Verlegen …',
  moveOf: (title) => `${title} verlegen`,
  moveTitle: (title) => `„${title}“ auf einen anderen Knoten verlegen?`,
  moveHint:
    'Ein anderer Knoten wird ihr Besitzer. Niemand darin merkt es, und die Medien bleiben, wo sie sind.',
  moveTo: 'Knoten',
  moveAnywhere: 'Der mit den wenigsten Besprechungen',
  moveNowhere: 'Es gibt keinen anderen, der bereit ist.',
  end: 'Beenden …',
  endOf: (title) => `${title} beenden`,
  endTitle: (title) => `„${title}“ für alle beenden?`,
  endHint: 'Niemand kann sie wieder betreten. Ihre Gastgeber sehen, dass du es warst.',
  webhooks: 'Webhooks',
  notConfigured: 'Nicht mehr eingerichtet',
  delivered: (count) => `${count} zugestellt`,
  pending: (count) => `${count} unterwegs`,
  givenUp: (count) => `${count} aufgegeben`,
  sendAgain: 'Erneut senden',
  sendAgainTo: (url) => `Erneut senden an ${url}, was aufgegeben wurde`,
  activity: 'Was Betreiber taten',
  noActivity: 'Noch nichts.',
  token: 'Betreiber-Token',
  acts: {
    'meeting-moved': (actor, what, to) => `${actor} hat „${what}“ auf ${to} verlegt`,
    'meeting-ended': (actor, what) => `${actor} hat „${what}“ beendet`,
    'webhooks-redelivered': (actor, _, to) => `${actor} hat Webhooks noch einmal an ${to} gesendet`,
  },
  marked: {
    ready: (actor, node) => `${actor} hat ${node} wieder freigegeben`,
    cordoned: (actor, node) => `${actor} hat ${node} abgesperrt`,
    draining: (actor, node) => `${actor} leert ${node}`,
  },
  previous: 'Neuere',
  next: 'Ältere',
  duration: (days, hours, minutes) =>
    days > 0
      ? `${days} T ${hours} Std.`
      : hours > 0
        ? `${hours} Std. ${minutes} Min.`
        : `${minutes} Min.`,
};
