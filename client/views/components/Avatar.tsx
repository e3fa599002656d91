import { createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { useApp } from '../context.ts';

/** Colours that carry white text at 4.5:1 and differ for people who see few of them. */
const HUES = [12, 38, 88, 150, 174, 205, 232, 262, 290, 328];

interface AvatarProps {
  name: string;
  /** Of the person. */
  id: string;
  /** Address of their picture, as the server told it; that of a contact or oneself is known. */
  picture?: string | null;
}

/** Pictures of people by their id, for avatars that are told only who it is. */
export const PicturesContext = createContext<ReadonlyMap<string, string>>(new Map());

/** Addresses that are asked for with one's token, which an image cannot. */
const GUARDED = '/api/users/';

/** Somebody's picture, or initials on a colour that stays the same for a person. */
export function Avatar({ name, id, picture }: AvatarProps) {
  const { talk, pictures } = useApp();
  const nearby = useContext(PicturesContext);
  // A contact's needs no token: browsers keep it.
  const known = talk.value?.people.pictures.value.get(id) ?? picture ?? nearby.get(id) ?? null;
  const address = known?.startsWith(GUARDED) ? pictures.of(known).value : known;
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span class="avatar" style={{ '--avatar-hue': hueOf(id) }} aria-hidden="true">
      {address === null || address === broken ? (
        initialsOf(name)
      ) : (
        <img src={address} alt="" decoding="async" onError={() => setBroken(address)} />
      )}
    </span>
  );
}

const letters = new Intl.Segmenter();

/** First letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = firstLetter(words[0]);
  const last = words.length > 1 ? firstLetter(words.at(-1)) : '';
  return (first + last).toLocaleUpperCase();
}

function firstLetter(word = ''): string {
  const [first] = letters.segment(word);
  return first?.segment ?? '';
}

export function hueOf(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return HUES[hash % HUES.length] ?? 0;
}
