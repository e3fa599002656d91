import type { Person, ScreenShare } from '../../state/models.ts';

export type ViewMode = 'grid' | 'speaker';

/** Something that the stage shows in a box of its own. */
export type Item =
  | { is: 'person'; key: string; person: Person }
  | { is: 'share'; key: string; share: ScreenShare };

export interface Composition {
  /** What is shown large; null: everything is equal. */
  main: Item | null;
  /** Everything else but oneself. */
  rest: Item[];
  /** Oneself, unless shown large. */
  self: Person | null;
}

interface Wishes {
  mode: ViewMode;
  /** Key of the item that the user keeps large. */
  pinned: string | null;
  speaker: string | null;
}

/**
 * What the stage shows, and what of it large: whatever is pinned, or the screen that was shared
 * last, or in speaker view whoever speaks.
 */
export function compose(
  people: readonly Person[],
  shares: readonly ScreenShare[],
  { mode, pinned, speaker }: Wishes,
): Composition {
  const others = people.filter(({ isSelf }) => !isSelf).map(itemOfPerson);
  const self = people.find(({ isSelf }) => isSelf) ?? null;
  // One's own screen would show itself in itself without end.
  const screens = shares.filter(({ isSelf }) => !isSelf || others.length === 0).map(itemOfShare);
  const all = [...screens, ...others, ...(self ? [itemOfPerson(self)] : [])];
  const speaking = others.find(({ key }) => key === speaker) ?? others[0];
  const main =
    all.find(({ key }) => key === pinned) ??
    screens.at(-1) ??
    (mode === 'speaker' ? speaking : undefined) ??
    null;
  return {
    main,
    rest: [...screens, ...others].filter(({ key }) => key !== main?.key),
    self: main?.key === self?.id ? null : self,
  };
}

export function itemOfPerson(person: Person): Item {
  return { is: 'person', key: person.id, person };
}

function itemOfShare(share: ScreenShare): Item {
  return { is: 'share', key: `share-${share.participantId}`, share };
}
