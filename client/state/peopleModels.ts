import type { ReadonlySignal } from '@preact/signals';
import type {
  ChosenStatus,
  ContactView,
  OwnStatus,
  PersonView,
  ProfileView,
} from '../../protocol/people.ts';
import type { Loadable } from './models.ts';

/** A search for people; only what was typed last is shown. */
export interface DirectoryModel {
  /** Null before anything was searched for. */
  readonly found: ReadonlySignal<Loadable<readonly ProfileView[]> | null>;
  readonly hasMore: ReadonlySignal<boolean>;
  /** An empty text ends the search. */
  search(text: string): Promise<void>;
  more(): Promise<void>;
}

/** Oneself, as others see one. Methods reject with RequestError, which is a Failure. */
export interface ProfileModel {
  /** Null until it has come. */
  readonly profile: ReadonlySignal<ProfileView | null>;
  /** Null until it has come. */
  readonly status: ReadonlySignal<OwnStatus | null>;
  choose(status: ChosenStatus): Promise<void>;
  update(change: { name: string; about: string }): Promise<void>;
  setPicture(file: Blob): Promise<void>;
  removePicture(): Promise<void>;
  /** Everything of the account goes; this browser forgets it, too. */
  deleteAccount(password: string): Promise<void>;
}

/** Who there is: contacts, and whether they are here. Methods reject with RequestError, which is a Failure. */
export interface PeopleModel {
  /** Requests that nobody has answered yet, for the badge. */
  readonly unseen: ReadonlySignal<number>;
  /** Contacts and requests, by name. */
  readonly contacts: ReadonlySignal<Loadable<readonly ContactView[]>>;
  /** Addresses of the pictures of people who are known here, by their id. */
  readonly pictures: ReadonlySignal<ReadonlyMap<string, string>>;
  readonly blocked: ReadonlySignal<Loadable<readonly PersonView[]>>;
  readonly directory: DirectoryModel;
  readonly own: ProfileModel;
  load(): Promise<void>;
  loadBlocked(): Promise<void>;
  request(userId: string): Promise<void>;
  accept(userId: string): Promise<void>;
  /** Removes a contact, declines a request, or takes one back. */
  remove(userId: string): Promise<void>;
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;
}
