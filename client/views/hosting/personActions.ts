import {
  Crown,
  Hand,
  Mic,
  MicOff,
  MonitorX,
  Pencil,
  UserCheck,
  UserMinus,
  UserX,
  Video,
  VideoOff,
} from 'lucide';
import type { Right } from '../../../protocol/rights.ts';
import type { HostingTexts } from '../../i18n/hostingTexts.ts';
import type { MeetingModel, Person } from '../../state/models.ts';
import type { MenuItem } from '../components/Menu.tsx';
import type { Question } from './ask.ts';

/** Everything that one may do to somebody now, gentle things first. */
export function personActions(
  meeting: MeetingModel,
  person: Person,
  words: HostingTexts['person'],
  onAsk: (question: Question) => void,
): MenuItem[] {
  const { host } = meeting;
  const { id } = person;
  const may = (right: Right): boolean => meeting.mayDoTo(right, person);
  const renames = person.isSelf ? meeting.may('rename-self') : may('rename-others');
  const cohost = person.role === 'cohost';
  // Hosts and co-hosts need an account, and its main device.
  const canLead = person.role !== 'guest' && !person.companion;
  const candidates: (MenuItem & { when: boolean })[] = [
    {
      when: person.microphoneOn && may('mute-others'),
      label: words.mute,
      icon: MicOff,
      run: () => void host.mute(id),
    },
    {
      when: !person.microphoneOn && !person.companion && may('ask-to-unmute'),
      label: words.askToUnmute,
      icon: Mic,
      run: () => void host.askToUnmute(id, 'microphone'),
    },
    {
      when: person.cameraOn && may('stop-media-of-others'),
      label: words.stopCamera,
      icon: VideoOff,
      run: () => void host.stop(id, 'camera'),
    },
    {
      when: !person.cameraOn && may('ask-to-unmute'),
      label: words.askForCamera,
      icon: Video,
      run: () => void host.askToUnmute(id, 'camera'),
    },
    {
      when: person.screenSharing && may('stop-media-of-others'),
      label: words.stopShare,
      icon: MonitorX,
      run: () => void host.stop(id, 'screen'),
    },
    {
      when: person.handRaisedAt !== null && may('lower-hands'),
      label: words.lowerHand,
      icon: Hand,
      run: () => void host.lowerHand(id),
    },
    {
      when: renames || person.isSelf,
      label: words.rename,
      icon: Pencil,
      run: () => onAsk(renames ? { is: 'rename', person } : { is: 'blocked', what: 'rename' }),
    },
    {
      when: canLead && may('assign-cohosts'),
      label: cohost ? words.takeBackCohost : words.makeCohost,
      icon: cohost ? UserMinus : UserCheck,
      run: () => void host.assignRole(id, cohost ? 'participant' : 'cohost'),
    },
    {
      when: canLead && may('hand-over'),
      label: words.handOver,
      icon: Crown,
      run: () => onAsk({ is: 'hand-over', person }),
    },
    {
      when: may('remove'),
      label: words.remove,
      icon: UserX,
      danger: true,
      run: () => onAsk({ is: 'remove', person }),
    },
  ];
  return candidates.flatMap(({ when, ...item }) => (when ? [item] : []));
}
