import type { NodeMark, NodeView, OperatorAction } from '../../protocol/admin.ts';

type Named = (name: string) => string;
type Counted = (count: number) => string;

/** Words of the page for operators. */
export interface AdminTexts extends Record<
  | 'title'
  | 'hint'
  | 'nodes'
  | 'registryAway'
  | 'registryAwayHint'
  | 'older'
  | 'thisNode'
  | 'signaling'
  | 'media'
  | 'mixer'
  | 'mixes'
  | 'load'
  | 'cordon'
  | 'drain'
  | 'undrain'
  | 'uncordon'
  | 'cordonHint'
  | 'drainHint'
  | 'drained'
  | 'version'
  | 'region'
  | 'uptime'
  | 'meetings'
  | 'connections'
  | 'routers'
  | 'participants'
  | 'noMeetings'
  | 'noMeetingsHint'
  | 'owner'
  | 'epoch'
  | 'placement'
  | 'noRouters'
  | 'move'
  | 'moveHint'
  | 'moveTo'
  | 'moveAnywhere'
  | 'moveNowhere'
  | 'end'
  | 'endHint'
  | 'webhooks'
  | 'notConfigured'
  | 'sendAgain'
  | 'activity'
  | 'noActivity'
  | 'previous'
  | 'next',
  string
> {
  marks: Record<NodeMark, string>;
  loadOf: Named;
  worker: (index: number) => string;
  silent: (seconds: number) => string;
  /** What a node that is drained still has: "2 meetings, 3 connections to go". */
  toGo: (left: Pick<NodeView, 'meetings' | 'connections' | 'participants' | 'routers'>) => string;
  cordonTitle: Named;
  drainTitle: Named;
  moveTitle: Named;
  endTitle: Named;
  moveOf: Named;
  endOf: Named;
  people: Counted;
  waiting: Counted;
  since: Named;
  missing: (names: string) => string;
  placementOf: Named;
  delivered: Counted;
  pending: Counted;
  givenUp: Counted;
  sendAgainTo: Named;
  linked: (a: string, b: string, producers: number) => string;
  acts: Record<
    Exclude<OperatorAction, 'node-marked'>,
    (actor: string, what: string, to: string) => string
  >;
  marked: Record<NodeMark, (actor: string, node: string) => string>;
  token: string;
  duration: (days: number, hours: number, minutes: number) => string;
}
