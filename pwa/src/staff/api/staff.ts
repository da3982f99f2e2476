/** What the staff half of the API answers about staff. */

export interface Account {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly role: string;
  /** "study/code" each; empty for an administrator, who reaches all. */
  readonly sites: readonly string[];
  readonly state: string;
  readonly created_at: string;
  readonly invited_until: string | null;
  readonly last_sign_in_at: string | null;
  readonly open_sessions: number;
  readonly access_ends_at: string | null;
  readonly oneself: boolean;
  readonly etag: string;
}

export interface Accounts {
  readonly rows: readonly Account[];
  readonly sites: readonly { readonly site: string; readonly name: string }[];
}

export interface Invited {
  readonly account: Account;
  readonly invitation: { readonly url: string; readonly expires_at: string };
}
