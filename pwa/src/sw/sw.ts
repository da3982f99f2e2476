/// <reference lib="webworker" />
/**
 * The participant app's service worker: the shell without a network, reminders, and sending in
 * the background. Each part stands in its own file; this one puts them to work.
 */
import { installOutbox } from "./outbox.ts";
import { installPush } from "./push.ts";
import { installShell } from "./shell.ts";

const scope = self as unknown as ServiceWorkerGlobalScope;

installShell(scope);
installPush(scope);
installOutbox(scope);
