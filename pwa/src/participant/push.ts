/** Reminders on this phone: permission, subscription, and keeping the server's copy right. */
import * as api from "../api/participant.ts";
import { keep, kept } from "../device/db.ts";
import { getState, setState } from "./state.ts";

/** Under this name the phone keeps its push address, because the browser forgets it first. */
const ADDRESS = "push-address";

export type Reach = "on" | "off" | "denied" | "unsupported" | "install-first";

/** What reminders on this phone can be; `installFirst` on an iPhone outside the home screen. */
export function reach(installFirst: boolean): Reach {
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!able) return installFirst ? "install-first" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" ? "on" : "off";
}

/** The server's public key as bytes. */
export function keyBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const sameKey = ({ options }: PushSubscription, wanted: string): boolean =>
  String(new Uint8Array(options.applicationServerKey ?? [])) === String(keyBytes(wanted));

/** The subscription under the server's present key; an older one is replaced. */
async function subscription(key: string): Promise<{ now: PushSubscription; before?: string }> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const old = await pushManager.getSubscription();
  if (old && sameKey(old, key)) return { now: old };
  await old?.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: keyBytes(key) };
  const now = await pushManager.subscribe(options);
  return old ? { now, before: old.endpoint } : { now };
}

/**
 * Makes sure that the server knows this phone's subscription; done at every start, because
 * systems end subscriptions without a word. Answers a slug when it did not work.
 */
export async function reconcile(): Promise<string | null> {
  const { me } = getState();
  const key = me?.reminders.vapid_public_key;
  if (!me || me.exempt || !key) return "push-unavailable";
  try {
    const { now, before } = await subscription(key);
    const { keys } = now.toJSON() as { keys: { p256dh: string; auth: string } };
    const body = { endpoint: now.endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
    const result = await api.subscribe(before ? { ...body, replaces: before } : body);
    if (!result.ok) return result.slug;
    await keep(ADDRESS, now.endpoint).catch(() => undefined);
    const push = result.data.confirmed ? "proven" : "unproven";
    setState({ me: { ...me, reminders: { ...me.reminders, push } } });
    return null;
  } catch {
    return "push-unavailable";
  }
}

/** Asks the person's permission (only ever from a tap) and subscribes. */
export async function turnOn(): Promise<string | null> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "denied" : "dismissed";
  return reconcile();
}

/**
 * The permission was taken back in the browser's settings: its subscription is gone already, so
 * the server is told by the address that the phone kept, and the team need not find out by silence.
 */
async function letGo(): Promise<void> {
  const address = await kept<string>(ADDRESS).catch(() => null);
  if (!address) return;
  const result = await api.unsubscribe(address);
  if (!result.ok) return;
  await keep(ADDRESS, null);
  const { me } = getState();
  if (me) setState({ me: { ...me, reminders: { ...me.reminders, push: "none" } } });
}

/** At start: nothing is asked, an existing permission is put to use, a lost one is reported. */
export async function reconcileQuietly(): Promise<void> {
  if (!("Notification" in window && "PushManager" in window && "serviceWorker" in navigator))
    return;
  await (Notification.permission === "granted" ? reconcile() : letGo());
}

/** While the app is open, a permission given or taken in the browser's settings counts at once. */
export async function watchPermission(): Promise<void> {
  const name = "notifications" as PermissionName;
  try {
    const permission = await navigator.permissions.query({ name });
    permission.addEventListener("change", () => void reconcileQuietly());
  } catch {
    // A browser that cannot tell: the next start of the app finds out.
  }
}

/** Ends this phone's subscription, here and at the server if it can be reached. */
export async function turnOff(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration();
  const old = await registration?.pushManager?.getSubscription();
  if (!old) return;
  const result = await api.unsubscribe(old.endpoint);
  if (result.ok) await keep(ADDRESS, null);
  await old.unsubscribe();
}
