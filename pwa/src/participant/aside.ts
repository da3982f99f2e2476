/** What lies beside the way of a questionnaire, in one file that is fetched when it is needed. */
export { InstallScreen } from "./install.tsx";
export { LockScreen } from "./lock-screens.tsx";
export { MoreScreen } from "./more.tsx";
export { usePasskey } from "./passkey.ts";
