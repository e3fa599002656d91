import type { CallOutcome } from '../../protocol/callHistory.ts';

/** Words of calls. */
export interface CallsTexts {
  title: string;
  incoming: Record<'audio' | 'video' | 'meeting', (name: string) => string>;
  answer: string;
  answerVideo: string;
  /** Of the keys that answer. */
  answerHint: string;
  join: string;
  decline: string;
  declineWith: string;
  declineMessage: string;
  declineReplies: readonly string[];
  send: string;
  callAudio: string;
  callVideo: string;
  callBack: string;
  ringing: (name: string) => string;
  connecting: string;
  interrupted: string;
  moving: Record<'invited' | 'no-path', string>;
  talkingTo: (name: string) => string;
  callWith: (name: string) => string;
  /** Why nobody else can be called. */
  inCall: (name: string) => string;
  /** To whoever could join a meeting meanwhile. */
  joiningEnds: (name: string) => string;
  /** In place of the switches of a preview. */
  switchesOfCall: string;
  shrink: string;
  /** The same as above, where there is little room and the name is beside it. */
  short: Record<'ringing' | 'connecting' | 'moving' | 'interrupted', string>;
  enlarge: string;
  cancel: string;
  hangUp: string;
  addPerson: string;
  addPersonHint: string;
  nobodyToAdd: string;
  add: string;
  microphone: readonly [on: string, off: string];
  camera: readonly [on: string, off: string];
  microphoneCaption: string;
  cameraCaption: string;
  hearThem: string;
  ends: Record<
    | 'hung-up'
    | 'they-hung-up'
    | 'cancelled'
    | 'declined'
    | 'busy'
    | 'offline'
    | 'timeout'
    | 'lost'
    | 'failed'
    | 'could-not',
    (name: string) => string
  >;
  lasted: (time: string) => string;
  theySaid: (message: string) => string;
  notifications: string;
  history: string;
  filterKind: string;
  filterOutcome: string;
  filterDirection: string;
  /** Before a name: of whom entries are shown. */
  onlyWith: string;
  /** … and not any more. */
  withAnybody: string;
  /** Has the list show nothing but calls with this person, or this meeting. */
  onlyThese: Record<'call' | 'meeting', string>;
  nothingFits: string;
  showAll: string;
  all: string;
  kinds: Record<'call' | 'meeting', string>;
  outcomes: Record<CallOutcome, string>;
  directions: Record<'incoming' | 'outgoing', string>;
  empty: string;
  emptyHint: string;
  more: string;
  exportCsv: string;
  details: (name: string) => string;
  participants: (total: number, peak: number) => string;
  duration: string;
  when: string;
  outcome: string;
  path: string;
  paths: Record<'host' | 'srflx' | 'prflx' | 'relay', string>;
  quality: string;
  noQuality: string;
  verdicts: {
    good: string;
    loss: (minutes: number, worst: number) => string;
    delay: (minutes: number, worst: number) => string;
    freezes: (count: number) => string;
  };
  chart: (minutes: number) => string;
  chartLoss: string;
  chartDelay: string;
  /**
   * @param of round trip in milliseconds, loss in percent, what was received in kbit/s, and of a part of a
   * minute how many seconds
   */
  minuteLabel: (
    minute: number,
    of: { rtt: number | null; loss: number; kbits: number; seconds: number | null },
  ) => string;
}
