import type {
  AuditAction,
  AutoAdmit,
  ChatAfter,
  MeetingSwitch,
  RecordAutomatically,
} from '../../protocol/meetings.ts';

type Named = (name: string) => string;
type Counted = (count: number) => string;
/** One entry of the audit list: who did it, to whom. */
type Deed = (actor: string, subject: string) => string;

/** Words of waiting rooms, and of what hosts do and have done to one. */
export interface HostingTexts {
  waiting: Record<
    | 'pageTitle'
    | 'hint'
    | 'messageFrom'
    | 'leave'
    | 'offlineHint'
    | 'placeKept'
    | 'denied'
    | 'deniedHint'
    | 'askAgain'
    | 'section'
    | 'nobody'
    | 'admit'
    | 'admitAll'
    | 'deny'
    | 'denyAll'
    | 'alwaysAdmit'
    | 'denyWithMessage'
    | 'denyAndBan'
    | 'denyHint'
    | 'denyForGoodHint'
    | 'denyMessage'
    | 'member'
    | 'view'
    | 'later'
    | 'wantsToJoin'
    | 'messageAll'
    | 'send'
    | 'withdraw'
    | 'cameraOff'
    | 'cameraOn'
    | 'microphoneOn',
    string
  > &
    Record<'admitOf' | 'denyOf' | 'moreOf' | 'select' | 'isWaiting' | 'denyTitle', Named> &
    Record<'position' | 'admitSome' | 'denySome' | 'areWaiting' | 'denySomeTitle', Counted> & {
      /** A sentence with a duration such as "2 min". */
      waitedFor: Named;
      /** In front of the page's title while its tab is hidden. */
      inTitle: Counted;
    };
  person: Record<
    | 'mute'
    | 'askToUnmute'
    | 'askForCamera'
    | 'stopCamera'
    | 'stopShare'
    | 'lowerHand'
    | 'rename'
    | 'newName'
    | 'renameSelf'
    | 'makeCohost'
    | 'takeBackCohost'
    | 'handOver'
    | 'handOverAction'
    | 'handOverHint'
    | 'remove'
    | 'removeAction'
    | 'removeHint'
    | 'keepOut'
    | 'secondScreen'
    | 'allowToSpeak'
    | 'lowerAll'
    | 'muteAll'
    | 'muteAllTitle'
    | 'muteAllHint'
    | 'mayUnmuteThemselves',
    string
  > &
    Record<
      'moreOf' | 'removeTitle' | 'handOverTitle' | 'renameTitle' | 'lowerHandOf' | 'allowToSpeakOf',
      Named
    >;
  tools: Record<
    | 'title'
    | 'entry'
    | 'locked'
    | 'lockedHint'
    | 'waitingRoom'
    | 'waitingRoomHint'
    | 'autoAdmit'
    | 'everyone'
    | 'recording'
    | 'recordAutomatically'
    | 'recordAutomaticallyHint'
    | 'atOnce'
    | 'bans'
    | 'noBans'
    | 'lift'
    | 'audit'
    | 'noAudit'
    | 'moreAudit'
    | 'somebody'
    | 'everybody',
    string
  > & {
    autoAdmits: Record<AutoAdmit, string>;
    settings: Record<MeetingSwitch, string>;
    chatAfter: string;
    chatAfters: Record<ChatAfter, string>;
    automaticRecordings: Record<RecordAutomatically, string>;
    liftOf: Named;
    bannedBy: (host: string, when: string) => string;
    deeds: Record<AuditAction, Deed>;
    /** `muted` with nobody in particular. */
    mutedAll: Deed;
    handsLowered: Deed;
    /** What a change of role made of somebody. */
    madeRole: Record<'host' | 'cohost' | 'participant', Deed>;
    /** What a change of settings did, each as "… now on". */
    changed: (what: string, on: boolean) => string;
  };
  asked: Record<'unmute' | 'turnOnCamera' | 'notNow', string> &
    Record<'microphone' | 'camera', Named>;
  blocked: Record<
    | 'microphone'
    | 'microphoneHint'
    | 'camera'
    | 'cameraHint'
    | 'reactions'
    | 'reactionsHint'
    | 'share'
    | 'shareHint'
    | 'rename'
    | 'renameHint'
    | 'secondScreen'
    | 'secondScreenHint'
    | 'raiseHand'
    | 'handIsUp',
    string
  >;
}
