/// <reference lib="webworker" />
/**
 * The service worker: keeps the app's shell on the phone so that it opens without a network.
 */
import { installShell } from "./shell.ts";

installShell(self as unknown as ServiceWorkerGlobalScope);
